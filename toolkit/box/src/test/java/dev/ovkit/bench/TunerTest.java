package dev.ovkit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.bench.TuneReport.Outcome;
import dev.ovkit.bench.TuneReport.Trial;
import dev.ovkit.model.InputSize;
import dev.ovkit.runtime.CompileOptions.Hint;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search on the demo's model; what is found, not how fast it is. */
class TunerTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");

  @TempDir private Path temp;
  private Path ir;
  private List<Path> pictures;

  @BeforeEach
  void copyIr() throws IOException {
    ir = Files.copy(DEMO.resolve("conveyor-parts.xml"), temp.resolve("model.xml"));
    Files.copy(DEMO.resolve("conveyor-parts.bin"), temp.resolve("model.bin"));
    try (Stream<Path> files = Files.list(DEMO.resolve("pictures"))) {
      pictures = files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private TuneReport tune(TuneOptions options) {
    return Tuner.tune(options, fraction -> assertThat(fraction).isBetween(0.0, 1.0), () -> false);
  }

  private TuneOptions options(Hint target) {
    return TuneOptions.of(ir, target, pictures).withBudget(Duration.ofMinutes(2));
  }

  /** The rule that matters: nothing is chosen that is not proven faster. */
  private static void assertThatOnlyTheProvenIsChosen(TuneReport report) {
    if (report.gain().isEmpty()) {
      assertThat(report.chosen()).isEqualTo(Tuning.defaults(report.options().target()));
      return;
    }
    double high = report.gain().get().high();
    assertThat(high).isLessThan(1).isLessThan(report.control().orElseThrow().low());
    Trial last = report.trials().get(report.trials().size() - 1);
    assertThat(last.what()).isEqualTo("final");
    assertThat(last.tuning()).isEqualTo(report.chosen());
  }

  /** The IR is made for 16:9; on squares two fifths of its input are grey. */
  private List<Path> squares() throws IOException {
    List<Path> squares = new ArrayList<>();
    for (Path picture : pictures) {
      BufferedImage whole = ImageIO.read(picture.toFile());
      Path file = temp.resolve(picture.getFileName() + ".png");
      ImageIO.write(whole.getSubimage(280, 0, 720, 720), "png", file.toFile());
      squares.add(file);
    }
    return squares;
  }

  @Test
  void anInputInTheShapeOfThePicturesIsFasterAndFindsTheSame() throws IOException {
    TuneReport report =
        tune(
            TuneOptions.of(ir, Hint.LATENCY, squares())
                .withBudget(Duration.ofMinutes(2))
                .withRectangular(true));
    assertThat(report.complete()).isTrue();
    assertThat(report.base().ratio()).isEmpty();
    assertThat(report.base().settings().orElseThrow().requests()).isEqualTo(1);
    assertThat(report.trials()).extracting(Trial::what).contains("pinning", "input");
    Trial input = input(report);
    assertThat(input.tuning().input()).contains(new InputSize(288, 288));
    assertThat(input.agreement().orElseThrow().pairs()).isGreaterThan(10);
    assertThat(input.agreement().orElseThrow().holds()).isTrue();
    assertThat(input.ratio().orElseThrow().median()).isBetween(0.3, 0.9);
    assertThatOnlyTheProvenIsChosen(report);
    assertThat(report.profile()).contains(Profile.fileOf(ir));
    Profile profile = Profile.beside(ir).orElseThrow();
    assertThat(profile.tuning(Hint.LATENCY)).contains(report.chosen());
    assertThat(profile.entries().get(Hint.LATENCY).gain().isPresent())
        .isEqualTo(report.gain().isPresent());
  }

  private static Trial input(TuneReport report) {
    return report.trials().stream()
        .filter(trial -> trial.what().equals("input"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void picturesThatFillTheInputLeaveItAsItIs() {
    Trial input = input(tune(options(Hint.LATENCY).withRectangular(true)));
    assertThat(input.outcome()).isEqualTo(Outcome.IMPOSSIBLE);
    assertThat(input.reason()).isEqualTo("together the pictures need the IR's own 512x288");
  }

  @Test
  void forThroughputTheOtherTargetsSettingsStay() {
    Tuning latency = Tuning.defaults(Hint.LATENCY).withThreads(1);
    Profile.here(ir).with(new Profile.Entry(latency, Optional.empty())).write(ir);
    TuneReport report = tune(options(Hint.THROUGHPUT).withBudget(Duration.ofMinutes(2)));
    assertThat(report.trials()).extracting(Trial::what).contains("streams", "requests", "pinning");
    assertThat(report.base().picturesPerSecond()).isPresent();
    assertThatOnlyTheProvenIsChosen(report);
    assertThat(Profile.beside(ir).orElseThrow().tuning(Hint.LATENCY)).contains(latency);
    assertThat(Profile.beside(ir).orElseThrow().tuning(Hint.THROUGHPUT)).contains(report.chosen());
  }

  @Test
  void aBudgetThatIsTooShortIsRefusedWithTheLeastThatIsNeeded() {
    assertThatThrownBy(() -> tune(options(Hint.LATENCY).withBudget(Duration.ofMillis(1500))))
        .isInstanceOf(OptionException.class)
        .hasMessageMatching(
            "a budget of 1\\.5 s is too short: to try \\d+ settings on '.*model\\.xml' takes \\d+ s at least; give --budget \\d+s or more");
    assertThat(Profile.fileOf(ir)).doesNotExist();
  }

  @Test
  void aLatencyThatNothingKeepsToLeavesNoProfile() {
    TuneReport report = tune(options(Hint.LATENCY).withMostLatency(Duration.ofNanos(1000)));
    assertThat(report.holds()).isFalse();
    assertThat(report.profile()).isEmpty();
    assertThat(Profile.fileOf(ir)).doesNotExist();
  }

  @Test
  void stoppedItWritesNothing() {
    TuneReport report = Tuner.tune(options(Hint.LATENCY), fraction -> {}, () -> true);
    assertThat(report.complete()).isFalse();
    assertThat(report.profile()).isEmpty();
    assertThat(Profile.fileOf(ir)).doesNotExist();
  }

  @Test
  void withoutPicturesNoiseIsTunedOnAndNothingThatChangesBoxes() {
    assertThatThrownBy(() -> TuneOptions.of(ir, Hint.LATENCY, List.of()).withBf16(true))
        .isInstanceOf(OptionException.class);
    TuneReport report =
        tune(
            TuneOptions.of(ir, Hint.LATENCY, List.of())
                .withBudget(Duration.ofMinutes(2))
                .withCache(true));
    assertThat(report.pictures()).isEmpty();
    assertThat(report.start()).isPresent();
    assertThat(Files.exists(Profile.cacheOf(ir)))
        .isEqualTo(report.start().orElseThrow().kept())
        .isEqualTo(report.chosen().cached());
  }
}
