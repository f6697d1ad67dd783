package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.print.ExitCode;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the results of {@code infer} go, in which form, and what they never overwrite. */
@Tag("integration")
class InferResultsTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path IR = MODELS.resolve("conveyor-parts.xml");
  private static final Path PICTURES = MODELS.resolve("pictures");
  private static final Path ONE = PICTURES.resolve("000000.jpg");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp;

  @Test
  void whatIsTypedWithoutOptionsIsTheModelAndThePictures() {
    String typed = withoutTimes(Cli.run("infer", IR, ONE).done());
    assertThat(typed).contains("000000.jpg  ", "bolt");
    assertThat(withoutTimes(Cli.run("infer", "--ir", IR, "--image", ONE).done())).isEqualTo(typed);
    assertThat(withoutTimes(Cli.run("infer", "--images", ONE, "--ir", IR).done())).isEqualTo(typed);
    assertThat(withoutTimes(Cli.run("infer", "--ir", IR, ONE).done())).isEqualTo(typed);
  }

  @Test
  void afterAFolderThereIsASummary() throws IOException {
    Files.writeString(temp.resolve("broken.jpg"), "no picture");
    Cli said =
        Cli.run("infer", IR, PICTURES, temp.resolve("broken.jpg"), "--out", temp.resolve("o"));
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(said.out())
        .containsPattern("\\R5 pictures, 1 unreadable, [\\d.]+ ms per picture\\R")
        .containsPattern("\\R\\d+ objects: \\d+ \\w+, \\d+ \\w+, .*\\R")
        .endsWith("pictures with boxes are in %s%n".formatted(temp.resolve("o")));
    assertThat(Cli.run("infer", IR, ONE).done()).doesNotContain("per picture");
  }

  @Test
  void jsonLinesAreTheJsonPictureByPicture() throws IOException {
    List<String> lines =
        Cli.run("infer", IR, PICTURES, "--format", "jsonl").done().lines().toList();
    JsonNode all = JSON.readTree(Cli.run("infer", IR, PICTURES, "--format", "json").done());
    assertThat(lines).hasSize(5);
    for (int i = 0; i < lines.size(); i++) {
      JsonNode line = JSON.readTree(lines.get(i));
      JsonNode whole = all.get("pictures").get(i);
      assertThat(line.get("file")).isEqualTo(whole.get("file"));
      assertThat(line.get("detections")).isEqualTo(whole.get("detections"));
    }
  }

  @Test
  void csvHasALinePerBox() throws IOException {
    JsonNode boxes = detections(ONE);
    List<String> lines = Cli.run("infer", IR, ONE, "--format", "csv").done().lines().toList();
    assertThat(lines.get(0)).isEqualTo("file,label,class_id,score,x,y,width,height");
    assertThat(lines).hasSize(1 + boxes.size());
    String[] first = lines.get(1).split(",", -1);
    assertThat(first).hasSize(8).startsWith(ONE.toString(), boxes.get(0).get("label").asText());
    assertThat(Float.parseFloat(first[4]))
        .isCloseTo(boxes.get(0).get("box").get("x").floatValue(), offset(0.01f));
  }

  @Test
  void yoloFilesAreWhatATrainerReads() throws IOException {
    Path labels = temp.resolve("labels");
    assertThat(Cli.run("infer", IR, PICTURES, "--format", "yolo", "--out", labels).done())
        .contains("text files are in " + labels);
    assertThat(Cli.files(labels))
        .hasSize(5)
        .contains("000000.txt")
        .allMatch(f -> f.endsWith(".txt"));
    List<String> lines = Files.readAllLines(labels.resolve("000000.txt"));
    assertThat(lines)
        .hasSize(detections(ONE).size())
        .allMatch(line -> line.matches("\\d+( [01]\\.\\d{6}){4}"));
    // What was found is of course right when it is the truth.
    JsonNode measured =
        JSON.readTree(
            Cli.run(
                    "eval",
                    IR,
                    "--labels",
                    labels,
                    "--images",
                    PICTURES,
                    "--conf",
                    "0.25",
                    "--json")
                .done());
    assertThat(measured.get("map50").asDouble()).isGreaterThan(0.99);
  }

  @Test
  void cocoIsADataSetOfItsOwn() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("coco.json"), Cli.run("infer", IR, ONE, "--format", "coco").done());
    JsonNode coco = JSON.readTree(file.toFile());
    assertThat(coco.get("images")).hasSize(1);
    assertThat(coco.get("annotations")).hasSize(detections(ONE).size());
    assertThat(coco.get("annotations").get(0).get("bbox")).hasSize(4);
    assertThat(coco.get("categories")).hasSize(6);
  }

  @Test
  void cropsAreTheObjects() throws IOException {
    Path crops = temp.resolve("crops");
    Cli.run("infer", IR, ONE, "--save-crops", crops).done();
    JsonNode boxes = detections(ONE);
    assertThat(Cli.files(crops)).hasSize(boxes.size());
    JsonNode box = boxes.get(0).get("box");
    String first = "000000-1-%s.jpg".formatted(boxes.get(0).get("label").asText());
    JsonNode crop = picture(crops.resolve(first));
    assertThat(crop.get("width").asDouble())
        .isBetween(box.get("width").asDouble(), box.get("width").asDouble() + 2);
    assertThat(crop.get("height").asDouble())
        .isBetween(box.get("height").asDouble(), box.get("height").asDouble() + 2);
    // Another place of the picture has another mean.
    BufferedImage whole = ImageIO.read(ONE.toFile());
    BufferedImage cut = ImageIO.read(crops.resolve(first).toFile());
    BufferedImage place =
        whole.getSubimage(
            (int) box.get("x").asDouble(),
            (int) box.get("y").asDouble(),
            cut.getWidth(),
            cut.getHeight());
    for (int band = 0; band < 3; band++) {
      assertThat(mean(cut, band)).isCloseTo(mean(place, band), offset(1.0));
    }
    assertThat(mean(cut, 0)).isNotCloseTo(mean(whole, 0), offset(1.0));
  }

  private static double mean(BufferedImage picture, int band) {
    int[] samples =
        picture
            .getRaster()
            .getSamples(0, 0, picture.getWidth(), picture.getHeight(), band, (int[]) null);
    return Arrays.stream(samples).average().orElseThrow();
  }

  @Test
  void boxesCanBeDrawnWithoutNames() throws IOException {
    Path named = temp.resolve("named.png");
    Path bare = temp.resolve("bare.png");
    Cli.run("infer", IR, ONE, "--out", named).done();
    Cli.run("infer", IR, ONE, "--out", bare, "--no-labels").done();
    assertThat(Files.readAllBytes(bare)).isNotEqualTo(Files.readAllBytes(named));
  }

  @Test
  void linesAreAsWideAsAsked() throws IOException {
    BufferedImage plain = ImageIO.read(ONE.toFile());
    long before = 0;
    for (String width : List.of("1", "4", "16")) {
      Path drawn = temp.resolve(width + ".png");
      Cli.run("infer", IR, ONE, "--out", drawn, "--no-labels", "--line-width", width).done();
      long changed = changed(plain, ImageIO.read(drawn.toFile()));
      assertThat(changed).isGreaterThan(2 * before);
      before = changed;
    }
    Cli.run("infer", IR, ONE, "--out", temp.resolve("x.png"), "--line-width", "0")
        .isWrongUsage("--line-width 0: expected 1..100 pixels", "ovkit infer");
  }

  private static long changed(BufferedImage a, BufferedImage b) {
    long changed = 0;
    for (int y = 0; y < a.getHeight(); y++) {
      for (int x = 0; x < a.getWidth(); x++) {
        // The two decoders of JPEG may differ by a few levels.
        changed += Math.abs((a.getRGB(x, y) & 0xff) - (b.getRGB(x, y) & 0xff)) > 24 ? 1 : 0;
      }
    }
    return changed;
  }

  // ---- what is never overwritten

  @Test
  void aPictureIsNeverWrittenOverItself() throws IOException {
    Path picture = Files.copy(ONE, temp.resolve("a.jpg"));
    byte[] before = Files.readAllBytes(picture);
    Path link = Files.createSymbolicLink(temp.resolve("link.jpg"), picture);
    Path folder = Files.createSymbolicLink(temp.resolve("folder"), temp);
    for (Object[] line :
        new Object[][] {
          {picture, "--out", picture},
          {picture, "--out", temp},
          {picture, "--out", folder},
          {picture, "--out", link},
          {link, "--out", picture},
          {temp, "--out", temp},
        }) {
      Cli said = Cli.run(Stream.concat(Stream.of("infer", IR), Stream.of(line)).toArray());
      assertThat(said.err()).contains("--out would overwrite the picture '");
      assertThat(said.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
      assertThat(Files.readAllBytes(picture)).isEqualTo(before);
    }
  }

  @Test
  void anotherPictureThatIsReadIsNotOverwrittenEither() throws IOException {
    Path in = Files.createDirectory(temp.resolve("in"));
    Path out = Files.createDirectory(temp.resolve("out"));
    Files.copy(ONE, in.resolve("a.jpg"));
    Path other = Files.copy(PICTURES.resolve("000001.jpg"), out.resolve("a.jpg"));
    Cli.run("infer", IR, in.resolve("a.jpg"), other, "--out", out)
        .failsWith(
            2, "--out would overwrite the picture '%s'; give another place".formatted(other));
  }

  /** A folder of strangers must not write into a terminal. */
  @Test
  void aPicturesNameCannotForgeALine() throws IOException {
    Path good = Files.copy(ONE, temp.resolve("a\u001b[31m\nforged 1.jpg"));
    Path bad = Files.write(temp.resolve("b\u001b[31m\nforged 2.jpg"), new byte[] {1, 2, 3});
    Cli said = Cli.run("infer", IR, good, bad);
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat((said.out() + said.err()).lines()).noneMatch(line -> line.startsWith("forged"));
    assertThat(said.out() + said.err()).contains("forged 1", "forged 2").doesNotContain("\u001b");
    JsonNode json = JSON.readTree(Cli.run("infer", IR, good, "--json").done());
    assertThat(json.at("/pictures/0/file").asText()).isEqualTo(good.toString());
  }

  @Test
  void aFormatThatCannotBeWrittenIsNamed() throws IOException {
    Path out = temp.resolve("o.gif");
    Cli.run("infer", IR, ONE, "--out", out)
        .failsWith(
            2,
            "--out '%s': a .gif cannot be written; pictures can be written as .jpg, .jpeg or .png, or give a folder"
                .formatted(out));
    assertThat(out).doesNotExist();
  }

  // ---- stdout and signals

  @Test
  void resultsThatCannotBeWrittenAreAFailure() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    StringWriter err = new StringWriter();
    assertThat(Program.run(Main::run, full, new PrintWriter(err), "--version"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString())
        .isEqualTo(
            "ovkit: cannot write the results to standard output: No space left on device%n"
                .formatted());
  }

  @Test
  void everyCommandFailsWhenTheDiskOfItsOutputIsFull() throws IOException, InterruptedException {
    for (List<String> line :
        List.of(
            List.of("doctor"),
            List.of("inspect", IR.toString()),
            List.of("infer", IR.toString(), ONE.toString(), "--json"),
            List.of("infer", IR.toString(), ONE.toString(), "--track", "--format", "jsonl"))) {
      Process process =
          start(line).redirectOutput(new File("/dev/full")).redirectErrorStream(false).start();
      String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as("%s: %s", line, err).isEqualTo(ExitCode.FAILED);
      assertThat(err).contains("standard output");
    }
  }

  @Test
  void anInterruptionClosesTheJson() throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("infer", IR.toString(), "--json"));
    for (int i = 0; i < 2000; i++) {
      line.add(ONE.toString());
    }
    line.add("--out");
    line.add(temp.resolve("drawn").toString());
    Process process = start(line).start();
    while (process.isAlive() && !Files.exists(temp.resolve("drawn/000000-4.jpg"))) {
      Thread.sleep(20);
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    JsonNode json = JSON.readTree(process.getInputStream());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(json.get("interrupted").asBoolean()).isTrue();
    assertThat(json.get("pictures").size()).isBetween(4, 1999);
    assertThat(Cli.files(temp))
        .allMatch(name -> name.endsWith(".jpg"))
        .noneMatch(name -> name.contains(".ovkit-"));
  }

  @Test
  void aSignalLeavesNoTemporaryFolders() throws IOException, InterruptedException {
    Path out = temp.resolve("int8");
    List<String> line =
        List.of(
            "quantize",
            IR.toString(),
            PICTURES.toString(),
            "-o",
            out.toString(),
            "--html",
            temp.resolve("r.html").toString());
    Process process = start(line).start();
    while (process.isAlive() && !hasFiles(out)) {
      Thread.sleep(10);
    }
    process.destroy(); // SIGTERM
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(Cli.files(temp)).isEmpty();
  }

  private static boolean hasFiles(Path folder) throws IOException {
    return Files.isDirectory(folder) && !Cli.files(folder).isEmpty();
  }

  // ---- ONNX

  @Test
  void anOnnxIsConvertedOnceAndUsed() throws IOException, InterruptedException {
    Path onnx = Files.copy(MODELS.resolve("conveyor-parts.onnx"), temp.resolve("m.onnx"));
    List<String> line = List.of("infer", onnx.toString(), ONE.toString());
    ProcessBuilder process = start(line);
    process.environment().put("OVKIT_CACHE_DIR", temp.resolve("cache").toString());
    List<String> first = said(process);
    assertThat(first.get(0))
        .startsWith("ovkit: %s is an ONNX model: converting it to ".formatted(onnx));
    List<String> second = said(process);
    assertThat(second.get(0))
        .startsWith("ovkit: %s: using the IR from an earlier conversion, ".formatted(onnx));
    assertThat(second.subList(1, second.size())).isEqualTo(first.subList(1, first.size()));
    assertThat(withoutTimes(String.join("\n", second))).contains("bolt");
    assertThat(Cli.files(temp.resolve("cache")))
        .hasSize(3)
        .allMatch(name -> name.matches("converted/[0-9a-f]{32}/m\\.(xml|bin|json)"));
  }

  /** The second time too, when the IR comes from the cache. */
  @Test
  void whatTheConversionOfAnOnnxAssumedIsSaidAndThatItHasNoNames()
      throws IOException, InterruptedException {
    String names = "ovkit: the model has no class names, so objects have class numbers;";
    Path maps = small("yolov5-maps");
    Path nameless = small("yolox-raw");
    for (int i = 0; i < 2; i++) {
      assertThat(saidOf(maps))
          .anyMatch(line -> line.startsWith("ovkit: assumed: anchors YOLOv5's own: "))
          .noneMatch(line -> line.startsWith(names));
      assertThat(saidOf(nameless)).anyMatch(line -> line.startsWith(names));
    }
    Path labels = Files.writeString(temp.resolve("names.txt"), "a\nb\nc\n");
    assertThat(saidOf(nameless, "--labels", labels.toString()))
        .noneMatch(line -> line.startsWith(names));
  }

  private Path small(String form) throws IOException {
    Path onnx =
        MODELS.resolveSibling(
            "toolkit/box/src/test/resources/written-by/a84f991/onnx/" + form + ".onnx");
    return Files.copy(onnx, temp.resolve(form + ".onnx"));
  }

  private List<String> saidOf(Path onnx, String... more) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("infer", onnx.toString(), ONE.toString()));
    line.addAll(List.of(more));
    ProcessBuilder process = start(line);
    process.environment().put("OVKIT_CACHE_DIR", temp.resolve("cache").toString());
    return said(process);
  }

  /** What a process says, stderr first where it speaks first; without times. */
  private static List<String> said(ProcessBuilder process)
      throws IOException, InterruptedException {
    Process started = process.redirectErrorStream(true).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out = started.inputReader(UTF_8)) {
      out.lines().map(InferResultsTest::withoutTimes).forEach(lines::add);
    }
    assertThat(started.waitFor()).as(String.join("\n", lines)).isZero();
    return lines;
  }

  @Test
  void aMisspelledClassIsAnsweredWithItsNeighbour() {
    Cli.run("infer", IR, ONE, "--classes", "wahser")
        .failsWith(
            2, "--classes wahser: '%s' has no such class; did you mean 'washer'?".formatted(IR));
  }

  @Test
  void numbersHaveAPointInEveryCountry() throws Exception {
    ProcessBuilder german = start(List.of("infer", IR.toString(), ONE.toString()));
    german.environment().put("JDK_JAVA_OPTIONS", "-Duser.language=de -Duser.country=DE");
    Process process = german.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(said).containsPattern("0\\.\\d{3}  x \\d+\\.\\d").doesNotContainPattern("\\d,\\d");
  }

  // ---- helpers

  /** The shell of a job in the background has its children ignore SIGINT, so it is set back. */
  private static ProcessBuilder start(List<String> arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
    line.addAll(arguments);
    return new ProcessBuilder(line);
  }

  private static String withoutTimes(String text) {
    return text.replaceAll("[\\d.]+ ms \\(infer [\\d.]+\\)", "");
  }

  private static JsonNode picture(Path file) throws IOException {
    return JSON.readTree(Cli.run("infer", IR, file, "--json").done()).get("pictures").get(0);
  }

  private static JsonNode detections(Path file) throws IOException {
    return picture(file).get("detections");
  }
}
