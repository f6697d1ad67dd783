package dev.ovkit.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.bench.Readable;
import dev.ovkit.bench.Report;
import dev.ovkit.model.InputSize;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tuning of the demo's model on this machine, in a few rounds; what is done, not how fast. */
@Tag("integration")
class ModelTuningTargetTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final DefaultRun.Pace PASSES = new DefaultRun.Pace(1, 0.05, 10, 1, 0.05);
  private static final DefaultRun.Pace BLOCKS = new DefaultRun.Pace(2, 0.05, 5, 1, 0.05);

  @TempDir private Path temp;
  private Path ir;
  private List<Path> pictures;

  @BeforeEach
  void copyIr() throws IOException {
    ir = Files.copy(DEMO.resolve("conveyor-parts.xml"), temp.resolve("model.xml"));
    Files.copy(DEMO.resolve("conveyor-parts.bin"), temp.resolve("model.bin"));
    pictures =
        IntStream.range(0, 3)
            .mapToObj(i -> DEMO.resolve("pictures/%06d.jpg".formatted(i)))
            .toList();
  }

  private static TuneReport tune(TuneOptions options) {
    Budget budget = new Budget(options.budget(), System::nanoTime);
    Readable files = Readable.of(options.pictures());
    DefaultRun probe = DefaultRun.of(options, files.pictures());
    DefaultRun quick =
        new DefaultRun(
            probe.spec(),
            probe.settings(),
            probe.processors(),
            probe.pass(),
            probe.opening(),
            options.target() == Hint.LATENCY ? PASSES : BLOCKS);
    TuningTarget track =
        new ModelTuningTarget(options, files.pictures(), quick, () -> {}, () -> false);
    return new Tuner(options, files, track, budget, () -> false).run();
  }

  private static Trial input(TuneReport report) {
    return report.trials().stream()
        .filter(trial -> trial.what().equals("input"))
        .findFirst()
        .orElseThrow();
  }

  /** The rule that matters: nothing is chosen that is not proven faster. */
  private static void assertThatOnlyTheProvenIsChosen(TuneReport report) {
    if (report.gain().isEmpty()) {
      assertThat(report.chosen().withCache(false))
          .isEqualTo(Tuning.defaults(report.options().target()));
      return;
    }
    double high = report.gain().get().high();
    assertThat(high).isLessThan(1).isLessThan(report.control().orElseThrow().low());
    Trial last = report.trials().get(report.trials().size() - 1);
    assertThat(last.what()).isEqualTo("final");
    assertThat(last.tuning()).isEqualTo(report.chosen().withCache(false));
  }

  /** The IR is made for 16:9; on squares two fifths of its input are grey. */
  @Test
  void anInputInTheShapeOfThePicturesIsMeasuredAndFindsTheSame() throws IOException {
    List<Path> squares = new ArrayList<>();
    for (Path picture : pictures) {
      BufferedImage whole = ImageIO.read(picture.toFile());
      Path file = temp.resolve(picture.getFileName());
      ImageIO.write(whole.getSubimage(280, 0, 720, 720), "jpg", file.toFile());
      squares.add(file);
    }
    TuneReport report = tune(TuneOptions.of(ir, Hint.LATENCY, squares).withRectangular(true));
    assertThat(report.complete()).isTrue();
    assertThat(report.base().ratio()).isEmpty();
    assertThat(report.base().settings().orElseThrow().requests()).isEqualTo(1);
    assertThat(report.trials()).extracting(Trial::what).contains("pinning", "input");
    Trial input = input(report);
    assertThat(input.tuning().input()).contains(new InputSize(288, 288));
    assertThat(input.agreement().orElseThrow().pairs()).isGreaterThan(5);
    assertThat(input.agreement().orElseThrow().holds()).isTrue();
    assertThat(input.ratio()).isPresent();
    assertThatOnlyTheProvenIsChosen(report);
    assertThat(report.profile()).contains(Profile.fileOf(ir));
    assertThat(Profile.beside(ir).orElseThrow().tuning(Hint.LATENCY)).contains(report.chosen());
  }

  @Test
  void throughputIsMeasuredWithAllRequestsBusyAndACacheIsKeptOnlyIfItIsQuicker() {
    TuneReport report = tune(TuneOptions.of(ir, Hint.THROUGHPUT, pictures).withCache(true));
    assertThat(report.trials()).extracting(Trial::what).contains("requests", "pinning");
    assertThat(report.base().picturesPerSecond()).isPresent();
    assertThatOnlyTheProvenIsChosen(report);
    assertThat(Profile.beside(ir).orElseThrow().tuning(Hint.THROUGHPUT)).contains(report.chosen());
    assertThat(Files.exists(Profile.cacheOf(ir)))
        .isEqualTo(report.start().orElseThrow().kept())
        .isEqualTo(report.chosen().cache());
  }

  @Test
  void withoutPicturesNoiseIsTunedOnAndNothingThatChangesBoxes() {
    TuneOptions options = TuneOptions.of(ir, Hint.LATENCY, List.of());
    assertThatThrownBy(() -> options.withBf16(true)).isInstanceOf(OptionException.class);
    TuneReport report =
        Tuner.tune(options, fraction -> assertThat(fraction).isBetween(0.0, 1.0), () -> true);
    assertThat(report.complete()).isFalse();
    assertThat(report.pictures()).isEmpty();
    assertThat(Profile.fileOf(ir)).doesNotExist();
  }

  @Test
  void aPictureThatCannotBeReadIsNamedAndWithoutAnyItIsRefused() throws IOException {
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    TuneOptions options = TuneOptions.of(ir, Hint.LATENCY, List.of(broken, pictures.get(0)));
    TuneReport report = Tuner.tune(options, fraction -> {}, () -> true);
    assertThat(report.complete()).isFalse();
    assertThat(report.pictures()).containsExactly(pictures.get(0));
    assertThat(report.unreadable()).extracting(Report.Unreadable::file).containsExactly(broken);
    TuneOptions none = TuneOptions.of(ir, Hint.LATENCY, List.of(broken));
    assertThatThrownBy(() -> Tuner.tune(none, fraction -> {}, () -> true))
        .isInstanceOf(PictureException.class)
        .hasMessageStartingWith("none of the 1 pictures can be read; the first one: " + broken);
  }
}
