package dev.ovkit.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.CompileOptions.Precision;
import dev.ovkit.OptionException;
import dev.ovkit.bench.Readable;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.InputSize;
import dev.ovkit.tune.TuneReport.Outcome;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search on a machine whose speed is known, so that it is known what must be chosen. */
class TunerTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path PICTURE = DEMO.resolve("pictures/000000.jpg");
  private static final Tuning LATENCY = Tuning.defaults(Hint.LATENCY);
  private static final Tuning THROUGHPUT = Tuning.defaults(Hint.THROUGHPUT);
  private static final List<Detection> ONE_BOX =
      List.of(new Detection("part", 0, 0.9f, new Box(0, 0, 50, 50)));

  @TempDir private Path temp;
  private Path ir;
  private DetectorSpec spec;

  @BeforeEach
  void copyIr() throws IOException {
    ir = Files.copy(DEMO.resolve("conveyor-parts.xml"), temp.resolve("model.xml"));
    Files.copy(DEMO.resolve("conveyor-parts.bin"), temp.resolve("model.bin"));
    spec = DerivedSpec.of(IrDescription.read(ir), Layouts.ALL).spec();
  }

  private TuneOptions options(Hint target) {
    return TuneOptions.of(ir, target, List.of(PICTURE));
  }

  private KnownMachine machine(Hint target, Function<Tuning, Double> milliseconds) {
    return new KnownMachine(spec, target, milliseconds);
  }

  private static TuneReport tune(TuneOptions options, KnownMachine machine) {
    return tune(options, machine, () -> false);
  }

  private static TuneReport tune(
      TuneOptions options, KnownMachine machine, BooleanSupplier stopped) {
    Budget budget = new Budget(options.budget(), () -> machine.now);
    Readable files = new Readable(options.pictures(), List.of());
    return new Tuner(options, files, machine, budget, stopped).run();
  }

  /** Ten milliseconds with eight threads, nine with four. */
  private static double bestWithFourThreads(Tuning tuning) {
    return switch (tuning.threads().orElse(8)) {
      case 1 -> 40;
      case 2 -> 22;
      case 4 -> 9;
      case 16 -> 12;
      default -> 10;
    };
  }

  private Optional<Tuning> written(Hint target) {
    return Optional.ofNullable(Profile.beside(ir).orElseThrow().entries().get(target))
        .map(Profile.Entry::tuning);
  }

  // ---- the search

  @Test
  void ofManyTheSlowerHalfDropsOutEarlyAndTheFastestBecomesTheProfile() {
    KnownMachine machine = machine(Hint.LATENCY, TunerTest::bestWithFourThreads);
    TuneReport report = tune(options(Hint.LATENCY), machine);
    Tuning four = LATENCY.withThreads(4);
    assertThat(report.trials())
        .extracting(Trial::what, trial -> trial.tuning().threads().orElse(0), Trial::outcome)
        .containsExactly(
            tuple("threads", 2, Outcome.NOT_BETTER),
            tuple("threads", 1, Outcome.NOT_BETTER),
            tuple("threads", 4, Outcome.BETTER),
            tuple("threads", 16, Outcome.NOT_BETTER),
            tuple("pinning", 4, Outcome.NOT_BETTER),
            tuple("hyper-threading", 16, Outcome.NOT_BETTER),
            tuple("final", 4, Outcome.BETTER));
    assertThat(machine.races)
        .containsExactly(
            List.of(
                LATENCY,
                LATENCY.withThreads(1),
                LATENCY.withThreads(2),
                four,
                LATENCY.withThreads(16)),
            List.of(LATENCY, four, LATENCY.withThreads(16)),
            List.of(LATENCY, four, four.withPinning(false)),
            List.of(LATENCY, four, four.withHyperThreading(true).withThreads(16)),
            List.of(LATENCY, four));
    assertThat(report.chosen()).isEqualTo(four);
    assertThat(report.gain().orElseThrow().median()).isEqualTo(0.9);
    assertThat(report.control().orElseThrow().median()).isEqualTo(1);
    assertThat(report.base().outcome()).isEqualTo(Outcome.DEFAULT);
    assertThat(report.profile()).contains(Profile.fileOf(ir));
    assertThat(written(Hint.LATENCY)).contains(four);
    assertThat(Profile.beside(ir).orElseThrow().entries().get(Hint.LATENCY).gain())
        .contains(new Profile.Gain(0.9, 0.9 * 0.99, 0.9 * 1.01));
    assertThat(report.took()).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(120));
  }

  @Test
  void whatIsBestOfOneKindIsKeptInTheNextAndForThroughputTheOtherTargetsSettingsStay() {
    Profile.here(ir)
        .withEntry(new Profile.Entry(LATENCY.withThreads(1), Optional.empty()))
        .write(ir);
    KnownMachine machine =
        machine(
            Hint.THROUGHPUT,
            tuning ->
                10.0
                    - (tuning.streams().orElse(8) == 4 ? 2 : 0)
                    - (tuning.requests().orElse(0) == 5 ? 1 : 0)
                    - (tuning.pinning().orElse(true) ? 0 : 1));
    TuneReport report = tune(options(Hint.THROUGHPUT), machine);
    Tuning best = THROUGHPUT.withThreads(8).withStreams(4).withRequests(5).withPinning(false);
    assertThat(report.chosen()).isEqualTo(best);
    assertThat(report.trials())
        .extracting(Trial::what)
        .containsSubsequence("streams", "requests", "pinning", "hyper-threading", "final");
    assertThat(report.base().picturesPerSecond()).hasValue(100);
    assertThat(written(Hint.LATENCY)).contains(LATENCY.withThreads(1));
    assertThat(written(Hint.THROUGHPUT)).contains(best);
  }

  @Test
  void aProfileOfAnotherCpuIsReplaced() throws IOException {
    Profile.here(ir)
        .withEntry(new Profile.Entry(LATENCY.withThreads(1), Optional.empty()))
        .write(ir);
    Path file = Profile.fileOf(ir);
    String cpu = Profile.beside(ir).orElseThrow().cpu();
    Files.writeString(file, Files.readString(file).replace(cpu, "Z80"));
    tune(options(Hint.THROUGHPUT), machine(Hint.THROUGHPUT, tuning -> 10.0));
    assertThat(written(Hint.LATENCY)).isEmpty();
    assertThat(written(Hint.THROUGHPUT)).contains(THROUGHPUT);
    Files.writeString(file, "no profile at all");
    tune(options(Hint.THROUGHPUT), machine(Hint.THROUGHPUT, tuning -> 10.0));
    assertThat(written(Hint.THROUGHPUT)).contains(THROUGHPUT);
  }

  // ---- what is proven

  @Test
  void whatIsFasterByLessThanItsIntervalIsNotTaken() {
    KnownMachine machine = machine(Hint.LATENCY, TunerTest::bestWithFourThreads).withSpread(0.12);
    TuneReport report = tune(options(Hint.LATENCY), machine);
    assertThat(report.trials()).extracting(Trial::outcome).containsOnly(Outcome.NOT_BETTER);
    assertThat(report.trials()).extracting(Trial::what).doesNotContain("final");
    assertThat(report.chosen()).isEqualTo(LATENCY);
    assertThat(report.gain()).isEmpty();
    assertThat(written(Hint.LATENCY)).contains(LATENCY);
  }

  @Test
  void whatIsNoFasterThanTheControlDoesNotBecomeTheProfile() {
    KnownMachine machine = machine(Hint.LATENCY, TunerTest::bestWithFourThreads).withControl(0.91);
    TuneReport report = tune(options(Hint.LATENCY), machine);
    Trial last = report.trials().get(report.trials().size() - 1);
    assertThat(last.what()).isEqualTo("final");
    assertThat(last.outcome()).isEqualTo(Outcome.NOT_BETTER);
    assertThat(report.control().orElseThrow().median()).isEqualTo(0.91);
    assertThat(report.chosen()).isEqualTo(LATENCY);
    assertThat(written(Hint.LATENCY)).contains(LATENCY);
  }

  // ---- boxes

  private TuneReport bf16(Function<Tuning, List<Detection>> boxes) {
    return tune(
        options(Hint.LATENCY).withBf16(true),
        machine(Hint.LATENCY, tuning -> tuning.precision() == Precision.BF16 ? 5.0 : 10.0)
            .withBoxes(boxes));
  }

  private static Trial only(TuneReport report, String what) {
    List<Trial> trials =
        report.trials().stream().filter(trial -> trial.what().equals(what)).toList();
    assertThat(trials).hasSize(1);
    return trials.get(0);
  }

  @Test
  void arithmeticThatLeavesTheBoxesAsTheyAreIsTaken() {
    TuneReport report = bf16(tuning -> ONE_BOX);
    assertThat(only(report, "precision").outcome()).isEqualTo(Outcome.BETTER);
    assertThat(only(report, "precision").agreement()).contains(new Agreement(1, 0, 0, 1, 0));
    assertThat(only(report, "pinning").agreement()).isEmpty();
    assertThat(report.chosen()).isEqualTo(LATENCY.withPrecision(Precision.BF16));
  }

  @Test
  void arithmeticThatLosesABoxIsNotEvenRaced() {
    TuneReport report = bf16(tuning -> tuning.precision() == Precision.BF16 ? List.of() : ONE_BOX);
    assertThat(only(report, "precision").outcome()).isEqualTo(Outcome.OTHER_BOXES);
    assertThat(only(report, "precision").agreement().orElseThrow().lost()).isEqualTo(1);
    assertThat(only(report, "precision").ratio()).isEmpty();
    assertThat(report.chosen()).isEqualTo(LATENCY);
  }

  @Test
  void whatTheModelCannotDoIsSaidAndTheSearchGoesOn() {
    TuneReport report = bf16(tuning -> tuning.precision() == Precision.BF16 ? null : ONE_BOX);
    assertThat(only(report, "precision").outcome()).isEqualTo(Outcome.IMPOSSIBLE);
    assertThat(only(report, "precision").reason()).isEqualTo("it cannot be done");
    assertThat(report.profile()).isPresent();
  }

  @Test
  void onSquarePicturesTheInputBecomesASquareInStepsOfTheLargestStride() {
    InputSize square = new InputSize(288, 288);
    TuneReport report =
        tune(
            options(Hint.LATENCY).withRectangular(true),
            machine(Hint.LATENCY, tuning -> tuning.input().isPresent() ? 6.0 : 10.0)
                .withBoxes(tuning -> ONE_BOX));
    assertThat(only(report, "input").tuning().input()).contains(square);
    assertThat(report.chosen()).isEqualTo(LATENCY.withInput(square));
  }

  @Test
  void anInputInTheShapeOfThePicturesIsProposedIfItWasNotAskedFor() {
    KnownMachine squares = machine(Hint.LATENCY, tuning -> 10.0);
    assertThat(tune(options(Hint.LATENCY), squares).proposed()).contains(new InputSize(288, 288));
    KnownMachine wide = machine(Hint.LATENCY, tuning -> 10.0).withWidth(1280);
    assertThat(tune(options(Hint.LATENCY), wide).proposed()).isEmpty();
  }

  @Test
  void picturesThatFillTheInputLeaveItAsItIs() {
    TuneReport report =
        tune(
            options(Hint.LATENCY).withRectangular(true),
            machine(Hint.LATENCY, tuning -> 10.0).withBoxes(tuning -> ONE_BOX).withWidth(1280));
    assertThat(only(report, "input").outcome()).isEqualTo(Outcome.IMPOSSIBLE);
    assertThat(only(report, "input").reason())
        .isEqualTo("together the pictures need the IR's own 512x288");
  }

  // ---- the latency that is asked for

  @Test
  void fasterSettingsThatAreTooLateAreNotTakenAndSlowerOnesOnTimeAre() {
    KnownMachine machine =
        machine(
            Hint.THROUGHPUT,
            tuning ->
                switch (tuning.streams().orElse(8)) {
                  case 1 -> 40.0;
                  case 2 -> 50.0;
                  default -> 60.0;
                });
    TuneReport report =
        tune(options(Hint.THROUGHPUT).withMaxLatency(Duration.ofMillis(45)), machine);
    assertThat(report.chosen().streams()).hasValue(1);
    assertThat(report.trials())
        .filteredOn(trial -> trial.what().equals("streams"))
        .extracting(Trial::outcome)
        .contains(Outcome.TOO_LATE, Outcome.BETTER);
    assertThat(report.holds()).isTrue();
    assertThat(report.profile()).isPresent();
  }

  @Test
  void aLatencyThatNothingKeepsToLeavesNoProfile() {
    TuneReport report =
        tune(
            options(Hint.LATENCY).withMaxLatency(Duration.ofMillis(1)),
            machine(Hint.LATENCY, TunerTest::bestWithFourThreads));
    assertThat(report.holds()).isFalse();
    assertThat(report.profile()).isEmpty();
    assertThat(Profile.fileOf(ir)).doesNotExist();
  }

  // ---- time

  @Test
  void aBudgetThatIsTooShortIsRefusedWithTheLeastThatIsNeeded() {
    // 4 counts of threads, pinning, hyper-threading: 5 + 3 + 3 entrants, and 3 in the final,
    // of 0.5 s to open, 0.5 s to warm up, and 10 rounds of 0.1 s
    KnownMachine machine = machine(Hint.LATENCY, tuning -> 10.0);
    TuneOptions options = options(Hint.LATENCY);
    assertThatThrownBy(() -> tune(options.withBudget(Duration.ofMillis(27500)), machine))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "a budget of 27.5 s is too short: trying 6 settings on '%s' takes at least 28 s; give"
                + " --budget 28s or more",
            ir);
    assertThat(machine.races).isEmpty();
    assertThat(Profile.fileOf(ir)).doesNotExist();
    assertThat(tune(options.withBudget(Duration.ofSeconds(28)), machine).complete()).isTrue();
  }

  @Test
  void stoppedItWritesNothing() {
    KnownMachine machine = machine(Hint.LATENCY, TunerTest::bestWithFourThreads);
    TuneReport report = tune(options(Hint.LATENCY), machine, () -> machine.races.size() >= 2);
    assertThat(report.complete()).isFalse();
    assertThat(machine.races).hasSize(2);
    assertThat(report.profile()).isEmpty();
    assertThat(Profile.fileOf(ir)).doesNotExist();
  }

  // ---- the cache

  @Test
  void aCacheIsKeptIfItsSlowestOpeningBeatsTheOthersQuickest() {
    TuneOptions options = options(Hint.LATENCY).withCache(true);
    TuneReport kept = tune(options, machine(Hint.LATENCY, tuning -> 10.0).withOpenings(100, 97));
    assertThat(kept.start()).contains(new TuneReport.Start(101, 98, true));
    assertThat(kept.chosen()).isEqualTo(LATENCY.withCache(true));
    TuneReport left = tune(options, machine(Hint.LATENCY, tuning -> 10.0).withOpenings(100, 98));
    assertThat(left.start()).contains(new TuneReport.Start(101, 99, false));
    assertThat(left.chosen()).isEqualTo(LATENCY);
  }
}
