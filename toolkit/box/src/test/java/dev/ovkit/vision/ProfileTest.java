package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.CompileOptions.Precision;
import dev.ovkit.ModelException;
import dev.ovkit.model.InputSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What lies beside an IR is used, refused, or left alone. */
class ProfileTest {

  @TempDir private Path temp;
  private Path ir;

  @BeforeEach
  void writeIr() throws IOException {
    ir = ToyDetector.write(temp);
  }

  private Path write(Tuning tuning) {
    return Profile.here(ir)
        .withEntry(new Profile.Entry(tuning, Optional.of(new Profile.Gain(0.8, 0.75, 0.85))))
        .write(ir);
  }

  @Test
  void whatIsWrittenIsRead() {
    Tuning latency =
        Tuning.defaults(Hint.LATENCY)
            .withThreads(2)
            .withPinning(false)
            .withHyperThreading(true)
            .withPrecision(Precision.BF16)
            .withInput(new InputSize(64, 32))
            .withCache(true);
    Tuning throughput = Tuning.defaults(Hint.THROUGHPUT).withStreams(2).withRequests(4);
    Profile profile =
        Profile.here(ir)
            .withEntry(new Profile.Entry(latency, Optional.of(new Profile.Gain(0.8, 0.75, 0.85))))
            .withEntry(new Profile.Entry(throughput, Optional.empty()));
    assertThat(profile.write(ir)).isEqualTo(temp.resolve("model.profile.json"));
    assertThat(Profile.beside(ir)).contains(profile);
    assertThat(profile.tuning(Hint.LATENCY)).contains(latency);
    assertThat(profile.tuning(Hint.THROUGHPUT)).contains(throughput);
  }

  @Test
  void aDetectorOpensAsItsProfileSays() {
    write(Tuning.defaults(Hint.LATENCY).withThreads(1).withRequests(3));
    try (Detector detector = Detector.open(ir)) {
      assertThat(detector.requests()).isEqualTo(3);
      assertThat(detector.property("INFERENCE_NUM_THREADS")).isEqualTo("1");
    }
    try (Detector detector = Detector.open(ir, DetectorOptions.defaults().withRequests(2))) {
      assertThat(detector.requests()).isEqualTo(2);
    }
  }

  @Test
  void aProfileForOneTargetSaysNothingForTheOther() {
    write(Tuning.defaults(Hint.LATENCY).withRequests(3));
    assertThat(DetectorOptions.of(ir, Hint.LATENCY).requests()).hasValue(3);
    assertThat(DetectorOptions.of(ir, Hint.THROUGHPUT).requests()).isEmpty();
  }

  @Test
  void anInputOfAnotherSizeIsReshaped() {
    write(Tuning.defaults(Hint.LATENCY).withInput(new InputSize(64, 32)));
    try (Detector detector = Detector.open(ir)) {
      assertThat(detector.spec().inputHeight()).isEqualTo(32);
      assertThat(detector.spec().inputWidth()).isEqualTo(64);
    }
  }

  @Test
  void aProfileOfAnotherModelIsRefused() throws IOException {
    Path file = write(Tuning.defaults(Hint.LATENCY));
    byte[] weights = Files.readAllBytes(temp.resolve("model.bin"));
    weights[0]++;
    Files.write(temp.resolve("model.bin"), weights);
    assertThatThrownBy(() -> Detector.open(ir).close())
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": it was tuned for another model: a .bin of SHA-256 ")
        .hasMessageEndingWith(
            "; run 'ovkit tune' again, delete it, or leave it out with --no-profile");
  }

  @Test
  void aProfileOfAnotherCpuIsLeftAlone() {
    Profile here = Profile.here(ir);
    Tuning tuning = Tuning.defaults(Hint.LATENCY).withRequests(3);
    Profile other =
        new Profile(here.binSha256(), "Z80", here.threads(), here.entries())
            .withEntry(new Profile.Entry(tuning, Optional.empty()));
    other.write(ir);
    assertThat(other.misfit())
        .contains("it was tuned on 'Z80'; this is '%s'".formatted(here.cpu()));
    assertThat(DetectorOptions.of(ir, Hint.LATENCY)).isEqualTo(DetectorOptions.defaults());
  }

  @Test
  void aProfileForMoreThreadsThanAreAllowedNowIsLeftAlone() {
    Profile here = Profile.here(ir);
    Profile other =
        new Profile(here.binSha256(), here.cpu(), here.threads() + 6, here.entries())
            .withEntry(
                new Profile.Entry(Tuning.defaults(Hint.LATENCY).withThreads(8), Optional.empty()));
    assertThat(other.misfit())
        .contains(
            "it was tuned with %d threads allowed; now %d are allowed"
                .formatted(here.threads() + 6, here.threads()));
    assertThat(other.tuning(Hint.LATENCY)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ovkit-profile-1\" | \"ovkit-profile-9\" | it has \"ovkit-profile-9\" for \"format\","
            + " expected \"ovkit-profile-1\"",
        "\"requests\" : 3 | \"requests\" : 0 | it has 0 for \"requests\", expected a number from 1"
            + " to 1024",
        "\"requests\" : 3 | \"requests\" : 1025 | it has 1025 for \"requests\", expected a number"
            + " from 1 to 1024",
        "\"requests\" : 3 | \"requests\" : \"all\" | it has \"all\" for \"requests\", expected a number"
            + " from 1 to 1024",
        "\"f32\" | \"f64\" | it has \"f64\" for \"precision\", expected one of f32, bf16",
        "\"requests\" : 3 | \"pinning\" : 1 | it has 1 for \"pinning\", expected true or false",
        "\"requests\" : 3 | \"input\" : [64, -1] | it has [64, -1] for \"input\", expected width"
            + " and height in pixels, such as [640, 384]",
        "\"cpu\" | \"cqu\" | it has nothing for \"cpu\", expected a text",
      })
  void aBrokenProfileIsAnErrorThatNamesFileAndKey(String from, String to, String message)
      throws IOException {
    Path file = write(Tuning.defaults(Hint.LATENCY).withRequests(3));
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
    assertThatThrownBy(() -> Profile.beside(ir))
        .isInstanceOf(ModelException.class)
        .hasMessage("%s: %s; run 'ovkit tune' again, or delete the file", file, message);
  }

  @Test
  void whatIsNoJsonIsAnError() throws IOException {
    Path file = Files.writeString(Profile.fileOf(ir), "{\"format\":");
    assertThatThrownBy(() -> Profile.beside(ir))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "%s: not valid JSON (line 1); run 'ovkit tune' again, or delete the file", file);
  }
}
