package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.CompileOptions;
import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Statistics;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.TunePrinter;
import dev.ovkit.model.InputSize;
import dev.ovkit.tune.Agreement;
import dev.ovkit.tune.TuneOptions;
import dev.ovkit.tune.TuneReport;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tune}, and what infer and bench make of its profile, on the demo's model. */
@Tag("integration")
class TuneCommandTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path PICTURES = DEMO.resolve("pictures");
  private static final Path PICTURE = PICTURES.resolve("000000.jpg");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp;
  private Path ir;
  private Path file;

  @BeforeEach
  void copyIr() throws IOException {
    ir = Files.copy(DEMO.resolve("conveyor-parts.xml"), temp.resolve("model.xml"));
    Files.copy(DEMO.resolve("conveyor-parts.bin"), temp.resolve("model.bin"));
    file = temp.resolve("model.profile.json");
  }

  private void write(Tuning tuning) {
    Profile.here(ir).withEntry(new Profile.Entry(tuning, Optional.empty())).write(ir);
  }

  private static void assertDone(Cli cli, String said) {
    assertThat(cli.err()).isEqualTo("ovkit: " + said + System.lineSeparator());
    assertThat(cli.exitCode()).isEqualTo(ExitCode.DONE);
  }

  /** On 64x64, so that a comparison takes a second. */
  @Test
  void whatIsTunedIsWhatTheNextInferRunsWith() throws IOException {
    Cli.run(
            "convert",
            DEMO.resolve("conveyor-parts.onnx"),
            "-o",
            temp,
            "-n",
            "small",
            "--input-shape",
            "1,3,64,64")
        .done();
    Path small = temp.resolve("small.xml");
    Path profile = temp.resolve("small.profile.json");
    Path picture = TinyPictures.rgb(temp.resolve("a.png"), 64, 36);
    JsonNode tuned =
        JSON.readTree(Cli.run("tune", "--ir", small, "--images", picture, "--json").done());
    assertThat(tuned.get("profile").asText()).isEqualTo(profile.toString());
    assertThat(tuned.get("target").asText()).isEqualTo("latency");
    assertThat(tuned.get("holds").asBoolean()).isTrue();
    assertThat(tuned.get("default").get("end_to_end_ms").get("p50").asDouble()).isPositive();
    assertThat(tuned.get("tried").size()).isPositive();
    for (JsonNode trial : tuned.get("tried")) {
      assertThat(trial.get("over_default").get("low").asDouble())
          .isLessThanOrEqualTo(trial.get("over_default").get("high").asDouble());
      assertThat(trial.get("settings").get("threads").asInt()).isPositive();
    }
    Cli infer = Cli.run("infer", "--ir", small, "--image", picture, "--json");
    JsonNode settings = JSON.readTree(infer.out()).get("settings");
    assertThat(settings.get("profile").get("file").asText()).isEqualTo(profile.toString());
    if (tuned.get("chosen").has("threads")) {
      assertThat(settings.get("threads")).isEqualTo(tuned.get("chosen").get("threads"));
    }
    assertThat(infer.err()).startsWith("ovkit: " + profile + ", for latency: ");
  }

  @Test
  void theTableShowsTheDefaultAndWhatWasTried() {
    Tuning nothing = Tuning.defaults(Hint.THROUGHPUT);
    Settings settings = new Settings("f32", 4, 4, 4, true, false);
    Ratio ratio = new Ratio(0.9, 0.85, 0.95, 50);
    TuneReport.Trial base =
        new TuneReport.Trial(
            "default",
            nothing,
            Optional.of(settings),
            Optional.empty(),
            Optional.of(Statistics.of(20)),
            OptionalDouble.of(200),
            Optional.empty(),
            TuneReport.Outcome.DEFAULT,
            "");
    TuneReport.Trial bf16 =
        new TuneReport.Trial(
            "precision",
            nothing.withPrecision(CompileOptions.Precision.BF16),
            Optional.of(new Settings("bf16", 4, 4, 4, true, false)),
            Optional.of(ratio),
            Optional.of(Statistics.of(18)),
            OptionalDouble.of(222.22),
            Optional.of(new Agreement(39, 1, 0, 0.97, 0.02)),
            TuneReport.Outcome.BETTER,
            "");
    TuneReport.Trial input =
        new TuneReport.Trial(
            "input",
            nothing,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            TuneReport.Outcome.IMPOSSIBLE,
            "pictures are stretched to the IR's input");
    TuneReport report =
        new TuneReport(
            TuneOptions.of(ir, Hint.THROUGHPUT, List.of(PICTURE)),
            List.of(PICTURE),
            List.of(),
            base,
            List.of(bf16, input),
            bf16.tuning(),
            Optional.of(ratio),
            Optional.of(new Ratio(1, 0.99, 1.01, 100)),
            true,
            Optional.of(new TuneReport.Start(300, 100, true)),
            Optional.of(new InputSize(640, 384)),
            Optional.of(file),
            Environment.here(),
            new Disturbance(0, 0, 0, 0, 0),
            Duration.ofSeconds(100),
            true);
    StringWriter table = new StringWriter();
    TunePrinter.print(report, new PrintWriter(table, true));
    String[] lines = table.toString().split("\\R");
    assertThat(lines[0]).startsWith(ir + ", for throughput, on 1 pictures; ");
    assertThat(lines[1]).matches("tried +settings +p50 ms +p90 ms +per s +time over default *");
    assertThat(lines[2])
        .matches(
            "default +f32 4 x 4 threads, 4 requests, pinned +20\\.00 +20\\.00 +200\\.00 +the"
                + " default");
    assertThat(lines[3])
        .matches(
            "precision +bf16 4 x 4 threads, 4 requests, pinned +18\\.00 +18\\.00 +222\\.22 +0\\.900"
                + " \\(0\\.850-0\\.950\\) +faster; boxes: 39 the same, 1 lost, 0 new \\(98\\.7 %"
                + " agree, 95 needed\\), mean IoU 0\\.970 \\(0\\.9 needed\\), scores up to 0\\.020"
                + " apart");
    assertThat(lines[4])
        .matches("input +the defaults +not possible: pictures are stretched to the IR's input");
    assertThat(lines)
        .endsWith(
            "A/A control: the default against itself: 1.000 (0.990-1.010)",
            "opening: 300 ms, with a cache 100 ms; the cache is kept",
            "chosen: bf16; 0.900 (0.850-0.950) of the default's time",
            "not tried: an input in the shape of the pictures, 640x384; --rectangular tries it",
            "profile: " + file);
  }

  @Test
  void inferOnOnePictureTakesTheSettingsForLatency() throws IOException {
    write(Tuning.defaults(Hint.LATENCY).withThreads(1).withRequests(3));
    Cli infer = Cli.run("infer", "--ir", ir, "--image", PICTURE, "--json");
    assertDone(infer, file + ", for latency: 1 thread, 3 requests");
    JsonNode settings = JSON.readTree(infer.out()).get("settings");
    assertThat(settings.get("requests").asInt()).isEqualTo(3);
    assertThat(settings.get("threads").asInt()).isEqualTo(1);
  }

  @Test
  void onSeveralTheSettingsForThroughput() throws IOException {
    write(Tuning.defaults(Hint.THROUGHPUT).withThreads(1).withStreams(1).withRequests(4));
    Cli infer = Cli.run("infer", "--ir", ir, "--image", PICTURES, "--json");
    assertDone(infer, file + ", for throughput: 1 stream, 1 thread, 4 requests");
    assertThat(JSON.readTree(infer.out()).get("settings").get("requests").asInt()).isEqualTo(4);
    Cli bench =
        Cli.run(
            "bench",
            "--ir",
            ir,
            "--images",
            PICTURES,
            "--throughput",
            "--passes",
            "1",
            "--warm-up",
            "0",
            "--json");
    assertDone(bench, file + ", for throughput: 1 stream, 1 thread, 4 requests");
    JsonNode settings = JSON.readTree(bench.out()).get("models").get(0).get("settings");
    assertThat(settings.get("requests").asInt()).isEqualTo(4);
    assertThat(settings.get("streams").asInt()).isEqualTo(1);
    assertThat(settings.get("profile").get("target").asText()).isEqualTo("throughput");
  }

  @Test
  void whatTheProfileDoesNotHaveIsSaid() {
    write(Tuning.defaults(Hint.LATENCY));
    assertDone(
        Cli.run("infer", "--ir", ir, "--image", PICTURES),
        file + " has no settings for throughput; 'ovkit tune --target throughput' adds them");
    assertDone(
        Cli.run("infer", "--ir", ir, "--image", PICTURE), file + ", for latency: the defaults");
  }

  @Test
  void optionsWinAndNoProfileLeavesItOut() throws IOException {
    write(Tuning.defaults(Hint.THROUGHPUT).withThreads(64).withStreams(64).withRequests(64));
    Cli bench =
        Cli.run(
            "bench",
            "--ir",
            ir,
            "--images",
            PICTURES,
            "--throughput",
            "--passes",
            "1",
            "--warm-up",
            "0",
            "--threads",
            "1",
            "--requests",
            "2",
            "--json");
    JsonNode settings = JSON.readTree(bench.out()).get("models").get(0).get("settings");
    assertThat(settings.get("threads").asInt()).isEqualTo(1);
    assertThat(settings.get("streams").asInt()).isEqualTo(1);
    assertThat(settings.get("requests").asInt()).isEqualTo(2);
    Files.writeString(file, "no profile at all");
    assertThat(Cli.run("infer", "--ir", ir, "--image", PICTURE, "--no-profile", "--json").done())
        .doesNotContain("settings");
  }

  @Test
  void aBrokenProfileIsAnError() throws IOException {
    Files.writeString(file, "{}");
    String message =
        file
            + ": it has nothing for \"format\", expected \"ovkit-profile-1\"; run 'ovkit tune'"
            + " again, or delete the file";
    Cli.run("infer", "--ir", ir, "--image", PICTURE).failsWith(1, message);
    Cli.run("bench", "--ir", ir, "--images", PICTURE).failsWith(1, message);
  }

  @Test
  void aProfileOfAnotherModelIsAnError() throws IOException {
    write(Tuning.defaults(Hint.LATENCY));
    String sha256 = Profile.beside(ir).orElseThrow().binSha256();
    Files.writeString(file, Files.readString(file).replace(sha256, "0".repeat(64)));
    Cli.run("infer", "--ir", ir, "--image", PICTURE)
        .failsWith(
            1,
            "%s: it was tuned for another model: a .bin of SHA-256 %s, expected %s; run 'ovkit tune' again, delete it, or leave it out with --no-profile"
                .formatted(file, "0".repeat(64), sha256));
  }

  @Test
  void aProfileOfAnotherCpuIsLeftAloneAndThatIsSaid() throws IOException {
    write(Tuning.defaults(Hint.LATENCY).withRequests(3));
    String cpu = Profile.beside(ir).orElseThrow().cpu();
    Files.writeString(file, Files.readString(file).replace(cpu, "Z80"));
    Cli infer = Cli.run("infer", "--ir", ir, "--image", PICTURE, "--json");
    assertDone(
        infer,
        "%s is ignored: it was tuned on 'Z80'; this is '%s'; run 'ovkit tune' here"
            .formatted(file, cpu));
    assertThat(JSON.readTree(infer.out()).has("settings")).isFalse();
  }

  @Test
  void badInputIsAnsweredWithWhatWasExpected() throws IOException {
    Cli early = Cli.run("tune", "--ir", ir, "--budget", "1s");
    assertThat(early.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(early.err())
        .matches(
            "ovkit: a budget of 1 s is too short: trying \\d+ settings on '.*' takes at least \\d+"
                + " s; give --budget \\d+s or more\\R");
    Cli throughput = Cli.run("tune", "--ir", ir, "--budget", "1s", "--target", "throughput");
    assertThat(settings(throughput)).as("requests are tried too").isGreaterThan(settings(early));
    Path empty = Files.createDirectory(temp.resolve("empty"));
    Cli none = Cli.run("tune", "--ir", ir, "--images", empty);
    assertThat(none.err())
        .startsWith("ovkit: '" + empty + "' contains no pictures; expected files");
    assertThat(none.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(file).doesNotExist();
  }

  private static int settings(Cli refused) {
    return Integer.parseInt(refused.err().replaceFirst("(?s).*trying (\\d+) settings.*", "$1"));
  }
}
