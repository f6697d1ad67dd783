package dev.ovkit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The order of passes with models that only take notes, and all modes with the demo's model. */
class BenchmarkTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path IR = DEMO.resolve("conveyor-parts.xml");
  private static final Path A = Path.of("a.xml");
  private static final Path B = Path.of("b.xml");

  @TempDir private Path temp;

  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

  /** B takes twice as long as A, the control as long as A; every round takes longer. */
  private final class Noting implements Contestant {
    private final String name;
    private final int requests;
    private int passes;

    Noting(Path ir, int requests) {
      this.name = ir.toString().substring(0, 1);
      this.requests = requests;
    }

    @Override
    public Settings settings() {
      return new Settings("f32", 1, 1, requests, false, false);
    }

    @Override
    public synchronized void pass(Path file, int picture, Samples samples) {
      notes.add(name + picture);
      passes++;
      long nanos = (name.equals("b") ? 2_000_000L : 1_000_000L) * passes;
      samples.add(picture, 0, 0, nanos, 0, nanos);
    }

    @Override
    public void close() {
      notes.add("close " + name);
    }
  }

  private static final String CLOSED = "close a close a close b";

  private static List<Path> pictures(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> DEMO.resolve("pictures/%06d.jpg".formatted(i)))
        .toList();
  }

  private static BenchOptions options(List<Path> irs, int pictures) {
    return BenchOptions.of(irs, pictures(pictures)).withWarmUp(Duration.ZERO);
  }

  private Report run(BenchOptions options) {
    try (Benchmark benchmark = Benchmark.open(options, ir -> new Noting(ir, 1))) {
      return benchmark.run(fraction -> assertThat(fraction).isBetween(0.0, 1.0), () -> false);
    }
  }

  /** Returns what was done in each round of so many passes; their order in a round is drawn. */
  private List<String> rounds(int passes) {
    return IntStream.range(0, (notes.size() + passes - 1) / passes)
        .mapToObj(i -> notes.subList(i * passes, Math.min(notes.size(), (i + 1) * passes)))
        .map(round -> round.stream().sorted().collect(Collectors.joining(" ")))
        .toList();
  }

  // ---- order

  @Test
  void modelsTakeTurnsAndEachPassHasAnotherPicture() {
    Report report = run(options(List.of(A, B), 3).withPasses(2));
    assertThat(rounds(3))
        .containsExactly(
            "a0 a0 b0", "a1 a1 b1", "a2 a2 b2", "a0 a0 b0", "a1 a1 b1", "a2 a2 b2", CLOSED);
    assertThat(report.models()).hasSize(2);
    assertThat(report.comparisons())
        .containsExactly(
            new Report.Comparison("b.xml", "a.xml", Stage.INFER, new Ratio(2, 2, 2, 6)),
            new Report.Comparison("b.xml", "a.xml", Stage.END_TO_END, new Ratio(2, 2, 2, 6)));
    assertThat(report.control().orElseThrow().ratio()).isEqualTo(new Ratio(1, 1, 1, 6));
    assertThat(report.controlHolds()).isTrue();
    assertThat(report.complete()).isTrue();
  }

  @Test
  void noModelAlwaysComesAfterTheSameOne() {
    run(options(List.of(A, B), 1).withPasses(600));
    String order = String.join(" ", notes);
    for (String turns : List.of("a0 a0 b0", "a0 b0 a0", "b0 a0 a0")) {
      long times = IntStream.range(0, 600).filter(i -> order.startsWith(turns, 9 * i)).count();
      assertThat(times).as(turns).isBetween(150L, 250L);
    }
  }

  @Test
  void withoutControlOnlyWhatWasGivenRuns() {
    Report report = run(options(List.of(A, B), 1).withPasses(2).withControl(false));
    assertThat(rounds(2)).containsExactly("a0 b0", "a0 b0", "close a close b");
    assertThat(report.control()).isEmpty();
  }

  @Test
  void oneModelHasNothingToBeComparedWith() {
    Report report = run(options(List.of(A), 2).withPasses(1));
    assertThat(notes).containsExactly("a0", "a1", "close a");
    assertThat(report.comparisons()).isEmpty();
    assertThat(report.control()).isEmpty();
  }

  @Test
  void inferenceOnlyKeepsItsInput() {
    run(options(List.of(A), 3).withMode(Mode.INFERENCE_ONLY).withPasses(3));
    assertThat(notes).containsExactly("a0", "a0", "a0", "close a");
  }

  @Test
  void theSeedsProtocolOfInferenceOnlyFillsItsInputOnceForEachPicture() {
    run(options(List.of(A, B), 2).withMode(Mode.INFERENCE_ONLY).withSeedProtocol().withPasses(2));
    assertThat(rounds(3)).containsExactly("a0 a0 b0", "a0 a0 b0", "a1 a1 b1", "a1 a1 b1", CLOSED);
  }

  @Test
  void throughputIsMeasuredInBlocksOfOneModel() {
    Report report =
        run(options(List.of(A, B), 2).withMode(Mode.THROUGHPUT).withPasses(2).withControl(false));
    // one untimed pass a request, then block by block
    assertThat(notes.subList(0, 2)).containsExactly("a0", "b0");
    assertThat(rounds(2).subList(1, 5))
        .containsExactlyInAnyOrder("a0 a1", "b0 b1", "a0 a1", "b0 b1");
    assertThat(report.models().get(0).samples().count()).isEqualTo(4);
    assertThat(report.models().get(0).throughput().orElseThrow().count()).isEqualTo(2);
    assertThat(report.comparisons()).hasSize(1);
  }

  @Test
  void theSeedsProtocolHasAThousandPassesOverFiftyPictures() {
    List<Path> many = Collections.nCopies(60, pictures(1).get(0));
    BenchOptions options = BenchOptions.of(List.of(A), many).withSeedProtocol();
    assertThat(options.pictures()).hasSize(50);
    assertThat(options.passes()).hasValue(1000);
  }

  @Test
  void theSeedsProtocolTellsEachPicturesMean() {
    Report report = run(options(List.of(A), 2).withSeedProtocol().withPasses(2));
    // passes take 1, 2, 3, 4 ms, over pictures 0, 1, 0, 1
    ModelResult model = report.models().get(0);
    assertThat(model.statistics(Stage.INFER, 0).orElseThrow().mean()).isEqualTo(2);
    assertThat(model.statistics(Stage.INFER, 1).orElseThrow().mean()).isEqualTo(3);
    assertThat(model.statistics(Stage.INFER, 1).orElseThrow().standardError()).isEqualTo(1);
    assertThat(model.statistics(Stage.INFER).orElseThrow().mean()).isEqualTo(2.5);
  }

  @Test
  void whatWasMeasuredUntilItWasStoppedIsTold() {
    try (Benchmark benchmark =
        Benchmark.open(options(List.of(A, B), 1).withPasses(1000), ir -> new Noting(ir, 1))) {
      Report report = benchmark.run(fraction -> {}, () -> notes.size() >= 9);
      assertThat(report.complete()).isFalse();
      assertThat(report.models().get(1).samples().count()).isEqualTo(3);
      assertThat(report.comparisons().get(0).ratio().rounds()).isEqualTo(3);
    }
  }

  @Test
  void stoppedBeforeTheFirstPassThereIsNothingToTell() {
    try (Benchmark benchmark =
        Benchmark.open(options(List.of(A, B), 1).withPasses(1), ir -> new Noting(ir, 1))) {
      Report report = benchmark.run(fraction -> {}, () -> true);
      assertThat(report.models().get(0).statistics(Stage.INFER)).isEmpty();
      assertThat(report.comparisons()).isEmpty();
      assertThat(report.control()).isEmpty();
    }
  }

  // ---- pictures

  @Test
  void aPictureThatCannotBeReadIsNamedAndNotCounted() throws IOException {
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    List<Path> three = List.of(pictures(2).get(0), broken, pictures(2).get(1));
    Report report = run(options(List.of(A), 1).withPasses(1).withPictures(three));
    assertThat(notes).containsExactly("a0", "a1", "close a");
    assertThat(report.pictures()).containsExactlyElementsOf(pictures(2));
    assertThat(report.unreadable()).hasSize(1);
    assertThat(report.unreadable().get(0).file()).isEqualTo(broken);
    assertThat(report.unreadable().get(0).reason()).startsWith(broken.toString());
  }

  @Test
  void withoutAnyReadablePictureItIsRefused() throws IOException {
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    BenchOptions options = options(List.of(A), 1).withPictures(List.of(broken));
    assertThatThrownBy(() -> Benchmark.open(options, ir -> new Noting(ir, 1)))
        .isInstanceOf(PictureException.class)
        .hasMessageStartingWith("none of the 1 pictures can be read; the first one: " + broken);
    assertThat(notes).containsExactly("close a");
  }

  // ---- the real thing

  @ParameterizedTest
  @EnumSource
  void theDemosModelIsMeasuredInEveryMode(Mode mode) {
    BenchOptions options =
        BenchOptions.of(List.of(IR), pictures(2)).withMode(mode).withWarmUp(Duration.ofMillis(50));
    try (Benchmark benchmark = Benchmark.open(options.withPasses(3))) {
      Report report = benchmark.run(fraction -> {}, () -> false);
      ModelResult model = report.models().get(0);
      assertThat(model.settings().precision()).isEqualTo("f32");
      assertThat(model.settings().threads()).isPositive();
      assertThat(model.warmUp().passes()).isPositive();
      assertThat(model.samples().count()).isEqualTo(mode == Mode.INFERENCE_ONLY ? 3 : 6);
      assertThat(model.statistics(Stage.INFER).orElseThrow().min()).isPositive();
      if (mode != Mode.INFERENCE_ONLY) {
        double parts =
            List.of(Stage.DECODE, Stage.PREPROCESS, Stage.INFER, Stage.POSTPROCESS).stream()
                .mapToDouble(stage -> model.statistics(stage).orElseThrow().mean())
                .sum();
        assertThat(model.statistics(Stage.END_TO_END).orElseThrow().mean())
            .isBetween(parts, parts * 1.5);
      }
      assertThat(model.throughput().isPresent()).isEqualTo(mode == Mode.THROUGHPUT);
    }
  }

  // ---- the gate

  private Baseline baseline(Environment here, double infer, double endToEnd) {
    return new Baseline(
        "old.json",
        here.cpu(),
        here.processors(),
        Mode.LATENCY,
        1,
        List.of(
            new Baseline.Model(
                "elsewhere/a.xml",
                "f32",
                1,
                1,
                1,
                Map.of(Stage.INFER, infer, Stage.END_TO_END, endToEnd),
                OptionalDouble.empty())));
  }

  @Test
  void aMedianThatBecameSlowerThanAllowedDoesNotHold() {
    try (Benchmark benchmark =
        Benchmark.open(options(List.of(A), 1).withPasses(3), ir -> new Noting(ir, 1))) {
      // passes take 1, 2, 3 ms
      RegressionGate gate = new RegressionGate(baseline(benchmark.environment(), 1.9, 1.95), 1.05);
      gate.require(benchmark);
      assertThat(gate.judge(benchmark.run(fraction -> {}, () -> false)))
          .containsExactly(
              new RegressionGate.Verdict("a.xml", "infer", 1.9, 2, 2 / 1.9, false),
              new RegressionGate.Verdict("a.xml", "end to end", 1.95, 2, 2 / 1.95, true));
    }
  }

  @Test
  void aBaselineOfAnotherMachineModelOrSettingIsRefusedBeforeMeasuring() {
    try (Benchmark benchmark =
            Benchmark.open(options(List.of(A), 1).withPasses(3), ir -> new Noting(ir, 1));
        Benchmark other =
            Benchmark.open(options(List.of(B), 1).withPasses(3), ir -> new Noting(ir, 1));
        Benchmark busy =
            Benchmark.open(options(List.of(A), 1).withPasses(3), ir -> new Noting(ir, 2))) {
      Baseline here = baseline(benchmark.environment(), 1, 1);
      Baseline elsewhere =
          new Baseline("old.json", "i5", here.processors(), here.mode(), 1, here.models());
      assertThatThrownBy(() -> new RegressionGate(elsewhere, 1.05).require(benchmark))
          .isInstanceOf(OptionException.class)
          .hasMessage(
              "old.json does not fit this measurement: the CPU: i5 then, %s now; measure the"
                  + " baseline the same way",
              benchmark.environment().cpu());
      assertThatThrownBy(() -> new RegressionGate(here, 1.05).require(other))
          .hasMessage(
              "old.json does not fit this measurement: it has no b.xml, only [elsewhere/a.xml];"
                  + " measure a baseline of this model");
      assertThatThrownBy(() -> new RegressionGate(here, 1.05).require(busy))
          .hasMessage(
              "old.json does not fit this measurement: infer requests of a.xml: 1 then, 2 now;"
                  + " measure the baseline the same way");
      assertThat(notes).isEmpty();
    }
  }

  @Test
  void aSlowdownThatIsNoneIsRefused() {
    assertThatThrownBy(() -> new RegressionGate(baseline(Environment.here(), 1, 1), Double.NaN))
        .isInstanceOf(OptionException.class);
  }
}
