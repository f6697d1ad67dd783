package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.runtime.CompileOptions.Hint;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tune}, and what infer and bench make of its profile, on the demo's model. */
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
    Profile.here(ir).with(new Profile.Entry(tuning, Optional.empty())).write(ir);
  }

  private static void assertDone(Cli cli, String said) {
    assertThat(cli.err()).isEqualTo("ovkit: " + said + System.lineSeparator());
    assertThat(cli.exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void whatIsTunedIsWhatTheNextInferRunsWith() throws IOException {
    JsonNode tuned =
        JSON.readTree(
            Cli.run("tune", "--ir", ir, "--images", PICTURES, "--budget", "2m", "--json").done());
    assertThat(tuned.get("profile").asText()).isEqualTo(file.toString());
    assertThat(tuned.get("target").asText()).isEqualTo("latency");
    assertThat(tuned.get("holds").asBoolean()).isTrue();
    assertThat(tuned.get("default").get("end_to_end_ms").get("p50").asDouble()).isPositive();
    assertThat(tuned.get("tried").size()).isPositive();
    for (JsonNode trial : tuned.get("tried")) {
      assertThat(trial.get("over_default").get("low").asDouble())
          .isLessThanOrEqualTo(trial.get("over_default").get("high").asDouble());
      assertThat(trial.get("settings").get("threads").asInt()).isPositive();
    }
    Cli infer = Cli.run("infer", "--ir", ir, "--image", PICTURE, "--json");
    JsonNode settings = JSON.readTree(infer.out()).get("settings");
    assertThat(settings.get("profile").get("file").asText()).isEqualTo(file.toString());
    if (tuned.get("chosen").has("threads")) {
      assertThat(settings.get("threads")).isEqualTo(tuned.get("chosen").get("threads"));
    }
    assertThat(infer.err()).startsWith("ovkit: " + file + ", for latency: ");
  }

  @Test
  void theTableShowsTheDefaultAndWhatWasTried() {
    String table = Cli.run("tune", "--ir", ir, "--budget", "2m", "--target", "throughput").done();
    assertThat(table)
        .contains("for throughput, on noise; ", "time over default", "the default")
        .contains("streams ", "requests ", "pinning ", "chosen: ", "profile: " + file);
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
        file + " has nothing for throughput; 'ovkit tune --target throughput' adds it");
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
            + ": it has nothing for \"format\", expected \"ovkit-profile-1\"; run 'ovkit tune' again, or delete the file";
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
        "%s is not used: it was tuned on 'Z80', this is '%s'; run 'ovkit tune' here"
            .formatted(file, cpu));
    assertThat(JSON.readTree(infer.out()).has("settings")).isFalse();
  }

  @Test
  void badInputIsAnsweredWithWhatWasExpected() throws IOException {
    Cli early = Cli.run("tune", "--ir", ir, "--budget", "1s");
    assertThat(early.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(early.err())
        .matches(
            "ovkit: a budget of 1 s is too short: to try \\d+ settings on '.*' takes \\d+ s at least; give --budget \\d+s or more\\R");
    Path empty = Files.createDirectory(temp.resolve("empty"));
    Cli none = Cli.run("tune", "--ir", ir, "--images", empty);
    assertThat(none.err()).startsWith("ovkit: '" + empty + "' holds no picture; expected files");
    assertThat(none.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(file).doesNotExist();
  }
}
