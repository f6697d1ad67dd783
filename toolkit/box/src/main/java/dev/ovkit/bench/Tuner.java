package dev.ovkit.bench;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.PictureException;
import dev.ovkit.bench.TuneReport.Outcome;
import dev.ovkit.bench.TuneReport.Trial;
import dev.ovkit.files.Trees;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.CompileOptions.Hint;
import dev.ovkit.runtime.CompileOptions.Precision;
import dev.ovkit.runtime.Processors;
import dev.ovkit.vision.Detections;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Frame;
import dev.ovkit.vision.Picture;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Looks for the settings with which a model is fastest on this machine, and writes them into the
 * {@link Profile} beside it.
 *
 * <p>One kind of setting after the other: its variants run in turn with the default and with what
 * was best until then; of many, half drop out early. A variant is taken if its whole interval lies
 * below. At the end what is left runs against the default, which has a control, and becomes the
 * profile only if its whole interval lies below 1 and below the control's; else the default stays.
 */
public final class Tuner {

  private static final int MOST_PICTURES = 100;

  /** The fewest rounds that an interval is made of. */
  private static final int LEAST_PASSES = 10;

  private static final int LEAST_BLOCKS = 5;

  /** So many times the fewest are plenty, however long the budget. */
  private static final int PLENTY = 10;

  /** Seconds that all requests are busy for one figure of throughput. */
  private static final double BLOCK = 0.25;

  /** From so many variants on, half drop out early. */
  private static final int MANY = 4;

  /** Estimates come from one run of the default, and a variant may be slower. */
  private static final double SLACK = 1.3;

  private final TuneOptions options;
  private final List<Path> pictures;
  private final List<Report.Unreadable> unreadable = new ArrayList<>();
  private final DoubleConsumer progress;
  private final BooleanSupplier stopped;
  private final long start = System.nanoTime();
  private final List<Trial> trials = new ArrayList<>();
  private final Probe probe;
  private List<Detections> reference = List.of();

  private Tuner(
      TuneOptions options, List<Path> files, DoubleConsumer progress, BooleanSupplier stopped) {
    this.options = options;
    this.progress = progress;
    this.stopped = stopped;
    this.pictures = readable(files);
    this.probe = probe();
  }

  /**
   * Tunes, and writes the profile; what it holds for another target stays.
   *
   * @param progress is told the share of the budget that is used, 0 to 1
   * @param stopped asked between passes; once it says true, nothing is written
   * @throws OptionException when the budget is too short; the message says what is needed
   * @throws ModelException when the model is missing, damaged, or no detector
   * @throws PictureException when no picture can be read
   * @throws OutputException when the profile cannot be written
   */
  public static TuneReport tune(
      TuneOptions options, DoubleConsumer progress, BooleanSupplier stopped) {
    if (!options.pictures().isEmpty()) {
      return new Tuner(options, options.pictures(), progress, stopped).run();
    }
    Path noise = noise();
    try {
      return new Tuner(options, List.of(noise), progress, stopped).run();
    } finally {
      Trees.deleteIfPossible(noise);
    }
  }

  /** The size of a camera's picture; what is on it does not matter to the network's speed. */
  private static Path noise() {
    int width = 1280;
    int height = 720;
    byte[] bytes = new byte[3 * width * height];
    new Random(1).nextBytes(bytes);
    ByteBuffer pixels = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    try (Picture picture = Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR))) {
      Path file = Files.createTempFile("ovkit-noise", ".jpg");
      picture.write(file);
      return file;
    } catch (IOException e) {
      throw OutputException.of(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  private List<Path> readable(List<Path> files) {
    List<Path> readable = new ArrayList<>();
    for (Path file : files.subList(0, Math.min(MOST_PICTURES, files.size()))) {
      try {
        Picture.read(file).close();
        readable.add(file);
      } catch (PictureException e) {
        unreadable.add(new Report.Unreadable(file, String.valueOf(e.getMessage())));
      }
    }
    if (readable.isEmpty()) {
      throw new PictureException(
          "none of the %d pictures can be read; the first: %s"
              .formatted(files.size(), unreadable.get(0).reason()));
    }
    return readable;
  }

  // ---- the search

  /** What is best until now. */
  private record Best(Tuning tuning, Settings settings) {}

  /** A kind of setting. */
  private record Kind(String what, Supplier<List<Tuning>> variants) {}

  private TuneReport run() {
    Disturbance.Moment before = Disturbance.Moment.now();
    Tuning nothing = Tuning.defaults(options.target());
    Best[] best = {new Best(nothing, probe.settings)};
    List<Kind> kinds = kinds(() -> best[0]);
    requireBudget(kinds);
    Optional<Run> base = Optional.empty();
    for (int i = 0; i < kinds.size() && !stopped.getAsBoolean(); i++) {
      List<Tuning> variants = kinds.get(i).variants.get();
      if (!variants.isEmpty()) {
        Field field = new Field(kinds.get(i).what, nothing, best[0], variants);
        field.run(remaining() / (kinds.size() - i + 1.5));
        best[0] = field.best;
        base = field.base.isPresent() ? field.base : base;
      }
    }
    Tuning chosen = nothing;
    Optional<Ratio> gain = Optional.empty();
    Optional<Ratio> control = Optional.empty();
    boolean holds = within(base.map(Run::p90).orElse(probe.p90));
    if (!best[0].tuning.equals(nothing) && !stopped.getAsBoolean()) {
      List<Run> last = race(List.of(nothing, best[0].tuning), true, remaining());
      Run winner = last.get(1);
      control = last.get(2).ratio;
      base = Optional.of(last.get(0));
      boolean better =
          winner.ratio.isPresent()
              && control.isPresent()
              && winner.ratio.get().high() < Math.min(1, control.get().low());
      boolean rescue = !within(last.get(0).p90()) && within(winner.p90());
      if (within(winner.p90()) && (better || rescue) && !stopped.getAsBoolean()) {
        chosen = best[0].tuning;
        gain = winner.ratio;
      }
      holds = within(gain.isPresent() ? winner.p90() : last.get(0).p90());
      trials.add(winner.trial("final", gain.isPresent() ? Outcome.BETTER : Outcome.NOT_BETTER));
    }
    Optional<TuneReport.Start> start =
        options.cache() && !stopped.getAsBoolean() ? Optional.of(start(chosen)) : Optional.empty();
    chosen = chosen.withCache(start.map(TuneReport.Start::kept).orElse(false));
    boolean complete = !stopped.getAsBoolean();
    return new TuneReport(
        options,
        options.pictures().isEmpty() ? List.of() : pictures,
        unreadable,
        base.orElseGet(() -> race(List.of(nothing), false, 0).get(0))
            .trial("default", Outcome.DEFAULT),
        trials,
        chosen,
        gain,
        control,
        holds,
        start,
        complete && holds ? Optional.of(write(chosen, gain)) : Optional.empty(),
        Environment.here(),
        Disturbance.between(before, Disturbance.Moment.now()),
        Duration.ofNanos(System.nanoTime() - this.start),
        complete);
  }

  private List<Kind> kinds(Supplier<Best> best) {
    List<Kind> kinds = new ArrayList<>();
    if (options.target() == Hint.LATENCY) {
      kinds.add(new Kind("threads", () -> threads(best.get())));
    } else {
      kinds.add(new Kind("streams", () -> streams(best.get())));
      kinds.add(new Kind("requests", () -> requests(best.get())));
    }
    kinds.add(new Kind("pinning", () -> pinning(best.get())));
    if (probe.processors.performance().size() > probe.processors.cores()) {
      kinds.add(new Kind("hyper-threading", () -> hyperThreading(best.get())));
    }
    if (options.bf16()) {
      kinds.add(new Kind("precision", () -> List.of(best.get().tuning.with(Precision.BF16))));
    }
    if (options.rectangular()) {
      kinds.add(new Kind("input", () -> rectangular(best.get())));
    }
    return kinds;
  }

  private List<Tuning> threads(Best best) {
    return counts(probe.most).stream()
        .filter(count -> count != best.settings.threads())
        .map(best.tuning::withThreads)
        .toList();
  }

  private List<Tuning> streams(Best best) {
    List<Tuning> variants = new ArrayList<>();
    for (int threads : new TreeSet<>(List.of(probe.most, probe.cores))) {
      for (int streams : counts(threads)) {
        if (streams != best.settings.streams() || threads != best.settings.threads()) {
          variants.add(best.tuning.withThreads(threads).withStreams(streams));
        }
      }
    }
    return variants;
  }

  private static List<Tuning> requests(Best best) {
    int streams = best.settings.streams();
    return new TreeSet<>(List.of(streams, streams + 1, 2 * streams))
        .stream()
            .filter(count -> count != best.settings.requests())
            .map(best.tuning::withRequests)
            .toList();
  }

  private static List<Tuning> pinning(Best best) {
    return List.of(best.tuning.withPinning(!best.settings.pinning()));
  }

  /** Where a core may hold two threads, as many threads as that makes. */
  private List<Tuning> hyperThreading(Best best) {
    boolean wanted = !best.settings.hyperThreading();
    return List.of(
        best.tuning.withHyperThreading(wanted).withThreads(wanted ? probe.most : probe.cores));
  }

  /** 1, 2, 4 and so on, the cores, and the most. */
  private List<Integer> counts(int most) {
    TreeSet<Integer> counts = new TreeSet<>(List.of(Math.min(probe.cores, most), most));
    for (int count = 1; count < most; count *= 2) {
      counts.add(count);
    }
    return List.copyOf(counts);
  }

  /** Its input has the shape of the pictures, on the same scale, in whole steps of the stride. */
  private List<Tuning> rectangular(Best best) {
    InputSize own = probe.input;
    if (probe.spec.resize().mode() == Resize.Mode.STRETCH) {
      trials.add(impossible("input", best.tuning, "pictures are stretched to the IR's input"));
      return List.of();
    }
    int stride = stride(probe.spec.layout());
    double width = 1;
    double height = 1;
    for (Detections picture : reference()) {
      double scale =
          Math.min(
              (double) own.width() / picture.width(), (double) own.height() / picture.height());
      width = Math.max(width, picture.width() * scale);
      height = Math.max(height, picture.height() * scale);
    }
    InputSize size =
        new InputSize(
            Math.min(own.width(), stride * (int) Math.ceil(width / stride - 1e-9)),
            Math.min(own.height(), stride * (int) Math.ceil(height / stride - 1e-9)));
    if (size.equals(own)) {
      trials.add(
          impossible("input", best.tuning, "together the pictures need the IR's own " + own));
      return List.of();
    }
    return List.of(best.tuning.withInput(size));
  }

  private static int stride(HeadLayout layout) {
    List<Head> heads =
        layout instanceof HeadLayout.RawHeads raw
            ? raw.heads()
            : layout instanceof HeadLayout.FlatRows flat ? flat.heads() : List.of();
    return heads.stream().mapToInt(Head::stride).max().orElse(32);
  }

  private static Trial impossible(String what, Tuning tuning, String reason) {
    return new Trial(
        what,
        tuning,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Outcome.IMPOSSIBLE,
        reason);
  }

  /** The variants of one setting, against the default and the best until now. */
  private final class Field {
    private final String what;
    private final Tuning nothing;
    private final List<Tuning> variants;
    private final List<Trial> done = new ArrayList<>();
    private Best best;
    private Optional<Run> base = Optional.empty();

    Field(String what, Tuning nothing, Best best, List<Tuning> variants) {
      this.what = what;
      this.nothing = nothing;
      this.best = best;
      this.variants = variants;
    }

    void run(double seconds) {
      List<Agreement> agreements = new ArrayList<>();
      List<Tuning> allowed = new ArrayList<>();
      for (Tuning variant : variants) {
        if (mayDiffer(variant)) {
          Optional<Agreement> agreement = agreement(variant);
          if (agreement.isEmpty()) {
            continue;
          }
          agreements.add(agreement.get());
        }
        allowed.add(variant);
      }
      Optional<Agreement> agreement =
          agreements.stream().findFirst(); // such a kind has one variant
      if (allowed.size() >= MANY) {
        List<Run> runs = race(entrants(allowed), false, seconds / 3);
        Comparator<Run> faster = Comparator.comparingDouble(Run::median);
        List<Run> sorted =
            runs.subList(runs.size() - allowed.size(), runs.size()).stream()
                .sorted(faster)
                .toList();
        int kept = (allowed.size() + 1) / 2;
        for (Run out : sorted.subList(kept, sorted.size())) {
          trials.add(out.trial(what, Outcome.NOT_BETTER));
        }
        allowed = sorted.subList(0, kept).stream().map(Run::tuning).toList();
        seconds = seconds * 2 / 3;
      }
      if (!allowed.isEmpty() && !stopped.getAsBoolean()) {
        judge(race(entrants(allowed), false, seconds), allowed.size(), agreement);
      }
    }

    private List<Tuning> entrants(List<Tuning> allowed) {
      List<Tuning> entrants = new ArrayList<>(List.of(nothing));
      if (!best.tuning.equals(nothing)) {
        entrants.add(best.tuning);
      }
      entrants.addAll(allowed);
      return entrants;
    }

    private void judge(List<Run> runs, int count, Optional<Agreement> agreement) {
      base = Optional.of(runs.get(0));
      Run incumbent = runs.get(runs.size() - count - 1);
      Run taken = incumbent;
      for (Run run : runs.subList(runs.size() - count, runs.size())) {
        if (run.ratio.isPresent() && !same(run, incumbent) && beats(run, incumbent, taken)) {
          taken = run;
        }
      }
      for (Run run : runs.subList(runs.size() - count, runs.size())) {
        Outcome outcome =
            run == taken
                ? Outcome.BETTER
                : same(run, incumbent)
                    ? Outcome.SAME
                    : within(run.p90()) ? Outcome.NOT_BETTER : Outcome.TOO_LATE;
        trials.add(run.trial(what, outcome, agreement));
      }
      best = new Best(taken.tuning, taken.settings);
    }

    private boolean same(Run run, Run incumbent) {
      return run.settings.equals(incumbent.settings)
          && run.tuning.input().equals(incumbent.tuning.input());
    }

    /** Speed counts among those that keep to the latency; where none does, the nearest. */
    private boolean beats(Run run, Run incumbent, Run taken) {
      if (within(run.p90()) != within(taken.p90())) {
        return within(run.p90());
      }
      if (!within(run.p90())) {
        return run.p90() < taken.p90();
      }
      boolean proven =
          !within(incumbent.p90()) || run.ratio.orElseThrow().high() < incumbent.median();
      return proven && run.median() < taken.median();
    }

    private boolean mayDiffer(Tuning variant) {
      return variant.precision() != best.tuning.precision()
          || !variant.input().equals(best.tuning.input());
    }

    /** Empty if the variant is out, with its trial noted. */
    private Optional<Agreement> agreement(Tuning variant) {
      double threshold = probe.spec.confidenceThreshold();
      Agreement agreement;
      try {
        agreement = Agreement.of(boxes(reference()), boxes(detections(variant)), threshold);
      } catch (ModelException e) {
        trials.add(impossible(what, variant, String.valueOf(e.getMessage())));
        return Optional.empty();
      }
      if (agreement.holds()) {
        return Optional.of(agreement);
      }
      trials.add(
          new Trial(
              what,
              variant,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalDouble.empty(),
              Optional.of(agreement),
              Outcome.OTHER_BOXES,
              ""));
      return Optional.empty();
    }
  }

  private static List<List<Detection>> boxes(List<Detections> pictures) {
    return pictures.stream().map(Detections::detections).toList();
  }

  private List<Detections> reference() {
    if (reference.isEmpty()) {
      reference = detections(Tuning.defaults(options.target()));
    }
    return reference;
  }

  private List<Detections> detections(Tuning tuning) {
    try (Detector detector = Detector.open(options.ir(), opening(tuning).withRequests(1))) {
      return pictures.stream().map(detector::detect).toList();
    }
  }

  // ---- measuring

  /** What a race said of one entrant. */
  private record Run(
      Tuning tuning,
      Settings settings,
      Optional<Ratio> ratio,
      Optional<Statistics> endToEnd,
      OptionalDouble rate) {

    double median() {
      return ratio.map(Ratio::median).orElse(1.0);
    }

    double p90() {
      return endToEnd.map(Statistics::p90).orElse(Double.NaN);
    }

    Trial trial(String what, Outcome outcome) {
      return trial(what, outcome, Optional.empty());
    }

    Trial trial(String what, Outcome outcome, Optional<Agreement> agreement) {
      return new Trial(
          what, tuning, Optional.of(settings), ratio, endToEnd, rate, agreement, outcome, "");
    }
  }

  /**
   * Lets settings run in turn.
   *
   * @param entrants the default first
   * @param control whether the default runs once more; its run is then the last
   * @param seconds for all of it; the least that makes an interval is measured all the same
   */
  private List<Run> race(List<Tuning> entrants, boolean control, double seconds) {
    int lanes = entrants.size() + (control ? 1 : 0);
    double left = seconds - lanes * probe.opening - probe.overhead;
    List<Path> keys = IntStream.range(0, lanes).mapToObj(i -> Path.of("" + i)).toList();
    BenchOptions bench =
        BenchOptions.of(keys, probe.round)
            .with(options.target() == Hint.LATENCY ? Mode.LATENCY : Mode.THROUGHPUT)
            .withWarmUp(Duration.ofNanos((long) (probe.warmUp * 1e9)))
            .withControl(false);
    double fewest = lanes * probe.least * probe.seconds;
    double measured = Math.max(fewest, Math.min(left, fewest * (control ? 2 * PLENTY : PLENTY)));
    bench =
        options.target() == Hint.LATENCY
            ? bench.withTime(Duration.ofNanos((long) (measured * 1e9)))
            : bench.withPasses((int) Math.max(probe.least, measured / lanes / probe.seconds));
    List<Run> runs = new ArrayList<>();
    try (Benchmark benchmark =
        Benchmark.open(
            bench, key -> Contestant.Whole.open(options.ir(), opening(entrant(entrants, key))))) {
      Report report = benchmark.run(fraction -> tell(), stopped);
      for (int i = 0; i < lanes; i++) {
        String key = "" + i;
        ModelResult result = report.models().get(i);
        runs.add(
            new Run(
                entrant(entrants, keys.get(i)),
                result.settings(),
                report.comparisons().stream()
                    .filter(c -> c.stage() == Stage.END_TO_END && c.model().equals(key))
                    .map(Report.Comparison::ratio)
                    .findFirst(),
                result.statistics(Stage.END_TO_END),
                result
                    .throughput()
                    .map(Statistics::mean)
                    .map(OptionalDouble::of)
                    .orElse(OptionalDouble.empty())));
      }
    }
    return runs;
  }

  /** The control is the default again. */
  private static Tuning entrant(List<Tuning> entrants, Path key) {
    int place = Integer.parseInt(key.toString());
    return entrants.get(place < entrants.size() ? place : 0);
  }

  private DetectorOptions opening(Tuning tuning) {
    DetectorOptions opening = tuning.options(options.ir());
    return options.target() == Hint.LATENCY ? opening.withRequests(1) : opening;
  }

  private void tell() {
    progress.accept(Math.min(1, elapsed() / seconds(options.budget())));
  }

  private boolean within(double p90) {
    return options.mostLatency().isEmpty() || p90 <= seconds(options.mostLatency().get()) * 1000;
  }

  private double remaining() {
    return seconds(options.budget()) - elapsed();
  }

  private double elapsed() {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  // ---- what it costs

  /**
   * What one run of the default tells about the work ahead; seconds.
   *
   * @param p90 milliseconds of its passes
   * @param opening of a detector, with its warm-up
   * @param overhead of any race
   * @param round the pictures of one round, or of one block
   * @param seconds a round, or a block, of one entrant
   * @param least rounds
   */
  private record Probe(
      DetectorSpec spec,
      InputSize input,
      Settings settings,
      Processors processors,
      int most,
      int cores,
      double p90,
      double opening,
      double warmUp,
      double overhead,
      List<Path> round,
      double seconds,
      int least,
      double pass) {}

  private Probe probe() {
    double opened = elapsed();
    try (Contestant.Whole whole =
        Contestant.Whole.open(options.ir(), opening(Tuning.defaults(options.target())))) {
      opened = elapsed() - opened;
      Samples samples = new Samples();
      double until = elapsed() + 1;
      for (int i = 0; i < LEAST_PASSES || (elapsed() < until && i < 100); i++) {
        int picture = i % pictures.size();
        whole.pass(pictures.get(picture), picture, samples);
      }
      Statistics times = Statistics.of(samples.milliseconds(Stage.END_TO_END));
      double decode = Statistics.of(samples.milliseconds(Stage.DECODE)).p50() / 1000;
      double pass = times.p50() / 1000;
      double warmUp = Math.min(2, Math.max(0.2, 15 * pass));
      boolean latency = options.target() == Hint.LATENCY;
      int requests = whole.settings().requests();
      int block = Math.max(2 * requests, (int) Math.ceil(BLOCK * requests / pass));
      List<Path> round =
          latency
              ? pictures
              : IntStream.range(0, block).mapToObj(i -> pictures.get(i % pictures.size())).toList();
      Processors processors = Processors.here();
      DetectorSpec spec = whole.detector().spec();
      int most = processors.threads(Hint.THROUGHPUT);
      return new Probe(
          spec,
          new InputSize(spec.inputWidth(), spec.inputHeight()),
          whole.settings(),
          processors,
          most,
          Math.min(most, processors.cores()),
          times.p90(),
          opened + warmUp,
          warmUp,
          round.size() * decode,
          round,
          SLACK * (latency ? pass : block * pass / requests),
          latency ? LEAST_PASSES : LEAST_BLOCKS,
          pass);
    }
  }

  private void requireBudget(List<Kind> kinds) {
    double needed = elapsed();
    int settings = 0;
    double each = probe.opening + probe.least * probe.seconds;
    int beside = 1; // the default; from the second kind on what is best as well
    for (Kind kind : kinds) {
      // The variants of an input are known once the boxes are: it is one.
      int variants = kind.what.equals("input") ? 1 : kind.variants.get().size();
      settings += variants;
      needed += (variants + beside) * each + probe.overhead;
      beside = 2;
    }
    if (options.bf16() || options.rectangular()) {
      needed += 3 * (probe.opening + pictures.size() * probe.pass);
    }
    needed += 3 * each + probe.overhead;
    if (options.cache()) {
      needed += 7 * probe.opening;
    }
    if (needed > seconds(options.budget())) {
      throw new OptionException(
          "a budget of %s is too short: to try %d settings on '%s' takes %d s at least; give --budget %ds or more"
              .formatted(
                  words(options.budget()),
                  settings,
                  options.ir(),
                  (int) Math.ceil(needed),
                  (int) Math.ceil(needed)));
    }
  }

  private static String words(Duration duration) {
    double seconds = seconds(duration);
    return (seconds == Math.rint(seconds) ? "" + (long) seconds : "" + seconds) + " s";
  }

  // ---- the start, and the profile

  private TuneReport.Start start(Tuning tuning) {
    double[] without = openings(tuning, 3);
    openings(tuning.withCache(true), 1);
    double[] with = openings(tuning.withCache(true), 3);
    boolean kept =
        Arrays.stream(with).max().orElseThrow() < Arrays.stream(without).min().orElseThrow();
    if (!kept) {
      Trees.deleteIfPossible(Profile.cacheOf(options.ir()));
    }
    return new TuneReport.Start(Statistics.of(without).p50(), Statistics.of(with).p50(), kept);
  }

  private double[] openings(Tuning tuning, int times) {
    return IntStream.range(0, times)
        .mapToDouble(
            i -> {
              long begun = System.nanoTime();
              Detector.open(options.ir(), opening(tuning)).close();
              return (System.nanoTime() - begun) / 1e6;
            })
        .toArray();
  }

  private Path write(Tuning chosen, Optional<Ratio> gain) {
    Profile here = Profile.here(options.ir());
    return before()
        .filter(
            old ->
                old.binSha256().equals(here.binSha256())
                    && old.cpu().equals(here.cpu())
                    && old.threads() == here.threads())
        .orElse(here)
        .with(
            new Profile.Entry(
                chosen, gain.map(r -> new Profile.Gain(r.median(), r.low(), r.high()))))
        .write(options.ir());
  }

  /** A profile that cannot be used is replaced. */
  private Optional<Profile> before() {
    try {
      return Profile.beside(options.ir());
    } catch (ModelException e) {
      return Optional.empty();
    }
  }
}
