package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.OptionException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import picocli.CommandLine;

/** {@code bench} on the demo's model, with few passes: what it prints, not how fast it is. */
@Tag("integration")
class BenchCommandTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path IR = DEMO.resolve("conveyor-parts.xml");
  private static final Path PICTURES = DEMO.resolve("pictures");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp;

  private static Cli bench(Object... more) {
    Object[] arguments = new Object[7 + more.length];
    System.arraycopy(
        new Object[] {"bench", "--ir", IR, "--images", PICTURES, "--warm-up", "0"},
        0,
        arguments,
        0,
        7);
    System.arraycopy(more, 0, arguments, 7, more.length);
    return Cli.run(arguments);
  }

  // ---- what it prints

  @Test
  void jsonHasTheFormThatOthersRead() throws IOException {
    JsonNode root = JSON.readTree(bench("--passes", "2", "--json").done());
    JsonNode model = root.get("models").get(0);
    assertThat(model.get("model").asText()).isEqualTo(IR.toString());
    for (String stage :
        List.of("decode_ms", "preprocess_ms", "infer_ms", "postprocess_ms", "end_to_end_ms")) {
      JsonNode times = model.get(stage);
      assertThat(times.get("count").asInt()).as(stage).isEqualTo(10);
      assertThat(times.get("min").asDouble()).as(stage).isPositive();
      assertThat(times.get("p50").asDouble())
          .as(stage)
          .isBetween(times.get("min").asDouble(), times.get("p90").asDouble());
      assertThat(times.get("max").asDouble())
          .as(stage)
          .isGreaterThanOrEqualTo(times.get("p99").asDouble());
      assertThat(times.get("standard_error").asDouble()).as(stage).isPositive();
    }
    assertThat(model.get("settings").get("precision").asText()).isEqualTo("f32");
    assertThat(model.get("settings").get("requests").asInt()).isEqualTo(1);
    assertThat(model.get("kernels").fields())
        .toIterable()
        .isNotEmpty()
        .allSatisfy(
            kernel -> {
              assertThat(kernel.getKey()).matches("[a-z_]+_(sse42|avx2|avx512)(_[a-z]+)*");
              assertThat(kernel.getValue().asInt()).isPositive();
            });
    JsonNode environment = root.get("environment");
    assertThat(environment.get("openvino").asText()).isEqualTo("2026.4.1");
    assertThat(environment.get("processors").asInt()).isPositive();
    assertThat(environment.has("quota")).isTrue();
    assertThat(environment.has("steal_percent")).isTrue();
    assertThat(root.get("mode").asText()).isEqualTo("latency");
    assertThat(root.get("interrupted").asBoolean()).isFalse();
  }

  @Test
  void aSingleTimeHasNoStandardErrorInJson() throws IOException {
    Path picture = PICTURES.resolve("000000.jpg");
    JsonNode root =
        JSON.readTree(
            Cli.run(
                    "bench",
                    "--ir",
                    IR,
                    "--images",
                    picture,
                    "--warm-up",
                    "0",
                    "--passes",
                    "1",
                    "--inference-only",
                    "--json")
                .done());
    JsonNode model = root.get("models").get(0);
    assertThat(model.get("infer_ms").get("standard_error").isNull()).isTrue();
    assertThat(model.has("end_to_end_ms")).isFalse();
  }

  @Test
  void theTableNamesStagesSettingsAndMachine() {
    assertThat(bench("--passes", "1", "--threads", "1").done())
        .startsWith("latency, one picture at a time, of 5 pictures")
        .contains("1 stream, 1 thread, 1 request", "no warm-up", "OpenVINO 2026.4.1", "quota ")
        .containsPattern("(?m)^  ms +passes +min +mean +s\\.e\\. +p50 +p90 +p99 +max$")
        .containsPattern("(?m)^  kernels: [a-z_]+_(avx2|avx512)[a-z_]* \\d+")
        .containsPattern("(?m)^  decode +5 ")
        .containsPattern("(?m)^  end to end +5 ");
  }

  @Test
  void layersAreListedSlowestFirstWithTheirShareOfThePeak() throws IOException {
    Path html = temp.resolve("layers.html");
    JsonNode root =
        JSON.readTree(
            bench("--passes", "1", "--threads", "1", "--layers", "--json", "--html", html).done());
    assertThat(root.get("layers")).hasSize(1);
    JsonNode model = root.get("layers").get(0);
    assertThat(model.get("model").asText()).isEqualTo(IR.toString());
    assertThat(model.get("passes").asInt()).isGreaterThanOrEqualTo(20);
    assertThat(model.get("peak_gflops").asDouble()).isGreaterThan(1);
    double before = Double.MAX_VALUE;
    double shares = 0;
    int convolutions = 0;
    for (JsonNode layer : model.get("layers")) {
      assertThat(layer.get("ms").asDouble()).isPositive().isLessThanOrEqualTo(before);
      before = layer.get("ms").asDouble();
      shares += layer.get("share_percent").asDouble();
      assertThat(layer.get("kernel").asText()).isNotEmpty();
      if (layer.get("type").asText().equals("Convolution")) {
        convolutions++;
        assertThat(layer.get("gflops").asDouble()).as(layer.toString()).isPositive();
        assertThat(layer.get("of_peak_percent").asDouble()).isPositive();
      }
    }
    assertThat(shares).isBetween(99.0, 101.0);
    assertThat(convolutions).isGreaterThan(40);
    assertThat(Files.readString(html)).contains("Layers of " + IR, "GFLOP/s", "of the peak");
  }

  @Test
  void theTableOfLayersComesAfterTheTimes() {
    assertThat(bench("--passes", "1", "--layers").done())
        .containsPattern(
            "layers of .*conveyor-parts.xml: [\\d.]+ ms, mean of \\d+ inferences; this machine"
                + " reaches [\\d.]+ GFLOP/s")
        .containsPattern("(?m)^ +ms +share +GFLOP/s +of peak  kernel +layer$")
        .containsPattern("(?m)^ +[\\d.]+ +[\\d.]+% +[\\d.]+ +[\\d.]+%  \\w+ +Convolution '.*'$");
  }

  @Test
  void theSeedsProtocolTellsTheMeanOfEachPicture() throws IOException {
    String table = bench("--protocol", "seed", "--passes", "2").done();
    assertThat(table)
        .contains("by the seed's protocol")
        .containsPattern("(?m)^  000004\\.jpg +infer +[\\d.]+ ± [\\d.]+  end to end +[\\d.]+ ± ");
    JsonNode root = JSON.readTree(bench("--protocol", "seed", "--passes", "2", "--json").done());
    JsonNode pictures = root.get("models").get(0).get("per_picture");
    assertThat(pictures).hasSize(5);
    assertThat(pictures.get(3).get("file").asText()).endsWith("000003.jpg");
    assertThat(pictures.get(3).get("infer_ms").get("count").asInt()).isEqualTo(2);
  }

  @Test
  void throughputIsInPicturesPerSecond() throws IOException {
    JsonNode root =
        JSON.readTree(
            bench("--throughput", "--passes", "2", "--streams", "2", "--requests", "3", "--json")
                .done());
    JsonNode model = root.get("models").get(0);
    assertThat(model.get("pictures_per_second").get("mean").asDouble()).isPositive();
    assertThat(model.get("pictures_per_second").get("count").asInt()).isEqualTo(2);
    assertThat(model.get("settings").get("requests").asInt()).isEqualTo(3);
    assertThat(model.get("settings").get("streams").asInt()).isEqualTo(2);
    assertThat(model.get("end_to_end_ms").get("count").asInt()).isEqualTo(10);
  }

  @Test
  void twoModelsAreComparedAndControlled() throws IOException {
    Cli said =
        bench("--ir", IR, "--passes", "4", "--json", "--inference-only", "--protocol", "seed");
    JsonNode root = JSON.readTree(said.out());
    assertThat(root.get("models")).hasSize(2);
    JsonNode ratio = root.get("ratios").get(0);
    assertThat(ratio.get("of").asText()).isEqualTo("infer_ms");
    assertThat(ratio.get("rounds").asInt()).isEqualTo(20);
    assertThat(ratio.get("ratio").asDouble())
        .isBetween(ratio.get("low").asDouble(), ratio.get("high").asDouble());
    double control = root.get("control").get("ratio").asDouble();
    boolean isVoid = control < 0.98 || control > 1.02;
    assertThat(root.get("control").get("void").asBoolean()).isEqualTo(isVoid);
    assertThat(said.err().contains("the ratios are void")).isEqualTo(isVoid);
    assertThat(said.exitCode()).isZero();
  }

  @Test
  void csvHasARowForEachMeasure() {
    assertThat(bench("--passes", "1", "--csv").done().lines())
        .hasSize(6)
        .startsWith("model,picture,measure,count,min,mean,standard_error,p50,p90,p99,max")
        .allMatch(line -> line.split(",", -1).length == 11);
  }

  @Test
  void everyModeTellsEachPictureAndTheSpreadOfTheTimes() throws IOException {
    JsonNode model = JSON.readTree(bench("--passes", "3", "--json").done()).get("models").get(0);
    assertThat(model.get("per_picture")).hasSize(5);
    for (String stage : List.of("infer_ms", "end_to_end_ms")) {
      JsonNode spread = model.get("distributions").get(stage);
      int passes = spread.get("beyond").asInt();
      for (JsonNode count : spread.get("counts")) {
        passes += count.asInt();
      }
      assertThat(passes).as(stage).isEqualTo(15);
      assertThat(spread.get("from")).as(stage).isEqualTo(model.get(stage).get("min"));
      assertThat(spread.get("to")).as(stage).isEqualTo(model.get(stage).get("p99"));
    }
  }

  // ---- the page

  @Test
  void thePageHoldsTheNumbersOfTheJson() throws Exception {
    Path page = temp.resolve("bench.html");
    Cli said = bench("--ir", IR, "--passes", "2", "--json", "--html", page);
    assertThat(said.exitCode()).isZero();
    NodeList scripts =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(Files.readString(page))))
            .getElementsByTagName("script");
    assertThat(JSON.readTree(scripts.item(0).getTextContent()))
        .isEqualTo(JSON.readTree(said.out()));
    assertThat(Files.readString(page)).containsPattern("(?s)(<canvas.*){4}");
    assertThat(Cli.files(temp)).containsExactly("bench.html");
  }

  @Test
  void aPageThatCannotBeWrittenIsRefusedBeforeMeasuring() {
    Path page = temp.resolve("none/bench.html");
    bench("--seconds", "3600", "--html", page)
        .failsWith(
            1,
            "cannot write '%s': its folder does not exist; give a writable place".formatted(page));
  }

  /** The command's classes as a box has them: nothing of the desk can be found. */
  private static final class WithoutDesk extends URLClassLoader {
    WithoutDesk() {
      super(
          new URL[] {BenchCommand.class.getProtectionDomain().getCodeSource().getLocation()},
          BenchCommand.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.matches("dev\\.ovkit\\.(report|verify|convert|onnx|python)\\..*")) {
        throw new ClassNotFoundException(name);
      }
      synchronized (getClassLoadingLock(name)) {
        @Nullable Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        return name.startsWith("dev.ovkit.cli.") ? findClass(name) : super.loadClass(name, resolve);
      }
    }
  }

  @Test
  void onABoxThereIsBenchButNoPage() throws Exception {
    try (WithoutDesk box = new WithoutDesk()) {
      Constructor<?> constructor =
          box.loadClass("dev.ovkit.cli.BenchCommand").getDeclaredConstructor();
      constructor.setAccessible(true);
      List<Exception> thrown = new ArrayList<>();
      StringWriter out = new StringWriter();
      CommandLine command =
          new CommandLine(constructor.newInstance())
              .setOut(new PrintWriter(out))
              .setExecutionExceptionHandler(
                  (e, line, parsed) -> {
                    thrown.add(e);
                    return 1;
                  });
      String[] plain = {
        "--ir", IR.toString(), "--images", PICTURES.toString(), "--warm-up", "0", "--passes", "1"
      };
      assertThat(command.execute(plain)).isZero();
      assertThat(out.toString()).contains("end to end");
      String[] page = Arrays.copyOf(plain, plain.length + 2);
      page[plain.length] = "--html";
      page[plain.length + 1] = temp.resolve("bench.html").toString();
      assertThat(command.execute(page)).isEqualTo(1);
      assertThat(thrown).hasSize(1);
      assertThat(thrown.get(0))
          .isInstanceOf(OptionException.class)
          .hasMessage(
              "--html is for the desk: this command, made for a box, has no reports; take --json");
    }
  }

  // ---- pictures

  @Test
  void anUnreadablePictureIsNamedAndTheOthersAreMeasured() throws IOException {
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "none");
    Cli said = bench("--images", broken, "--passes", "1", "--json");
    assertThat(said.exitCode()).isZero();
    assertThat(said.err()).startsWith("ovkit: skipped: " + broken).hasLineCount(1);
    JsonNode root = JSON.readTree(said.out());
    assertThat(root.get("pictures").asInt()).isEqualTo(5);
    assertThat(root.get("unreadable").get(0).get("file").asText()).isEqualTo(broken.toString());
  }

  @Test
  void anEmptyFolderIsRefused() {
    Cli.run("bench", "--ir", IR, "--images", temp)
        .failsWith(
            1,
            "'%s' contains no pictures; expected files ending in bmp, jpe, jpeg, jpg, png, tif, tiff, webp"
                .formatted(temp));
  }

  @Test
  void aMissingIrIsRefused() {
    Path xml = temp.resolve("missing.xml");
    Cli.run("bench", "--ir", xml, "--images", PICTURES)
        .failsWith(1, "%s: no such file; expected the .xml of an OpenVINO IR".formatted(xml));
  }

  // ---- options

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--passes 0 | --passes 0: expected 1 or more",
        "--seconds 0 | --seconds 0.0: expected a number of seconds above 0",
        "--seconds NaN | --seconds NaN: expected a number of seconds above 0",
        "--warm-up -1 | --warm-up -1.0: expected a number of seconds, 0 or more",
        "--threads 0 | --threads 0: expected 1 or more",
        "--requests 2 | --requests needs --throughput",
        "--protocol sead | Invalid value for option '--protocol': expected seed, not 'sead'",
        "--precision f64 | Invalid value for option '--precision': expected f32, bf16 or auto, not"
            + " 'f64'",
        "--seconds 1 --passes 1 | --seconds cannot be combined with --passes or --protocol",
      })
  void aWrongOptionIsAnsweredWithWhatWasExpected(String options, String message) {
    String line = "bench --ir m.xml --images %s %s".formatted(PICTURES, options);
    Cli.run((Object[]) line.split(" ")).isWrongUsage(message, "ovkit bench");
  }

  @Test
  void twoModesExcludeEachOther() {
    Cli said = bench("--latency", "--throughput");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("mutually exclusive");
  }

  // ---- the gate

  private Path baseline(double factor) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(bench("--passes", "2", "--json").done());
    ObjectNode model = (ObjectNode) root.get("models").get(0);
    for (String stage : List.of("infer_ms", "end_to_end_ms")) {
      ObjectNode times = (ObjectNode) model.get(stage);
      times.put("p50", times.get("p50").asDouble() * factor);
    }
    return Files.writeString(temp.resolve("old.json"), JSON.writeValueAsString(root));
  }

  @Test
  void aRunAsFastAsItsBaselineHolds() throws IOException {
    Cli said = bench("--passes", "2", "--json", "--baseline", baseline(100));
    assertThat(said.err()).isEmpty();
    assertThat(said.exitCode()).isZero();
    JsonNode gate = JSON.readTree(said.out()).get("baseline");
    assertThat(gate.get("holds").asBoolean()).isTrue();
    assertThat(gate.get("compared")).hasSize(2);
  }

  @Test
  void aRunSlowerThanItsBaselineExitsWithFour() throws IOException {
    Cli said = bench("--passes", "2", "--baseline", baseline(0.01), "--max-slowdown", "1.5");
    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(said.out())
        .containsPattern(
            "infer was [\\d.]+ ms, is [\\d.]+ ms: [\\d.]+, at most 1.5 allowed: FAILED");
  }

  @Test
  void aBaselineOfAnotherMachineIsRefused() throws IOException {
    Path old = baseline(1);
    ObjectNode root = (ObjectNode) JSON.readTree(Files.readString(old));
    String cpu = root.get("environment").get("cpu").asText();
    ((ObjectNode) root.get("environment")).put("cpu", "Pentium");
    Files.writeString(old, JSON.writeValueAsString(root));
    bench("--passes", "2", "--baseline", old)
        .failsWith(
            2,
            "%s does not fit this measurement: the CPU: Pentium then, %s now; measure the baseline the same way"
                .formatted(old, cpu));
  }

  @Test
  void aBaselineOfAnotherModelIsRefused() throws IOException {
    Path old = baseline(1);
    Files.writeString(old, Files.readString(old).replace("conveyor-parts.xml", "other.xml"));
    bench("--passes", "2", "--baseline", old)
        .failsWith(
            2,
            "%s does not fit this measurement: it has no conveyor-parts.xml, only [%s]; measure a baseline of this model"
                .formatted(old, DEMO.resolve("other.xml")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not valid JSON (line 1)|{\"models\": [",
        "it has nothing for \"mode\", expected a text|{}",
        "it has no models|{\"models\": [], \"mode\": \"inference-only\"}",
        "it has the unknown mode 'x'|{\"models\": [{}], \"mode\": \"x\"}",
        "it has 0 for \"p50\", expected a number above 0|{\"models\": [{\"infer_ms\": {\"p50\": 0}}],"
            + " \"mode\": \"inference-only\"}",
        "it was stopped before its end|{\"models\": [{}], \"interrupted\": true}",
      })
  void aBrokenBaselineIsRefused(String messageAndText) throws IOException {
    String[] parts = messageAndText.split("\\|", 2);
    Path old = Files.writeString(temp.resolve("old.json"), parts[1]);
    bench("--passes", "1", "--baseline", old)
        .failsWith(
            2,
            "--baseline '%s': %s; expected what 'ovkit bench --json' printed"
                .formatted(old, parts[0]));
  }

  @Test
  void aMissingBaselineIsRefused() {
    Path old = temp.resolve("old.json");
    bench("--baseline", old)
        .failsWith(
            2,
            "--baseline '%s': no such file; expected what 'ovkit bench --json' printed"
                .formatted(old));
  }

  // ---- Ctrl-C

  @Test
  void ctrlCPrintsWhatWasMeasuredSoFarAndExitsWith130() throws Exception {
    Path out = temp.resolve("out.json");
    Process process =
        new ProcessBuilder(
                "env",
                "--default-signal=INT", // a build in the background may ignore it, and hand that on
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-Dovkit.progress=true",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.ovkit.cli.Main",
                "bench",
                "--ir",
                IR.toString(),
                "--images",
                PICTURES.toString(),
                "--warm-up",
                "0",
                "--seconds",
                "600",
                "--json")
            .redirectOutput(out.toFile())
            .start();
    try (BufferedReader err = process.errorReader(UTF_8)) {
      StringBuilder said = new StringBuilder();
      // the bar is there once measuring has begun
      for (int c = err.read(); c >= 0 && said.indexOf("measuring") < 0; c = err.read()) {
        said.append((char) c);
      }
      assertThat(said.toString()).contains("measuring");
      TimeUnit.SECONDS.sleep(1); // a few passes
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      for (int c = err.read(); c >= 0; c = err.read()) {
        said.append((char) c);
      }
      assertThat(said.toString())
          .contains("ovkit: interrupted; these figures were measured until then");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(130);
    JsonNode root = JSON.readTree(Files.readString(out));
    assertThat(root.get("interrupted").asBoolean()).isTrue();
    assertThat(root.get("models").get(0).get("infer_ms").get("count").asInt()).isPositive();
  }
}
