package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.bench.BenchOptions;
import dev.ovkit.bench.Benchmark;
import dev.ovkit.bench.KernelCounts;
import dev.ovkit.bench.LayerTimes;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.RegressionGate;
import dev.ovkit.bench.Report;
import dev.ovkit.cli.option.Choice;
import dev.ovkit.cli.option.ComputeOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.option.ModelAndPictures;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.option.UrlOptions;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.BenchHtml;
import dev.ovkit.cli.print.BenchJson;
import dev.ovkit.cli.print.BenchPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.LayersPrinter;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Tuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit bench}. */
@Command(
    name = "bench",
    customSynopsis = {
      "ovkit bench [OPTIONS] MODEL... PICTURE...",
      "       ovkit bench --url URL --rate R [OPTIONS] PICTURE..."
    },
    description = {
      "Measures how fast models are on pictures, from file to boxes.",
      "",
      "Several models take turns (A B A B). For each round, bench divides the time of a model by the time of the first model. It prints the median of these ratios with a 95 %% bootstrap interval. The first model also runs a second time as a control (A/A). If its two times differ by more than 2 %%, the ratios are void. Each model is warmed up until the medians of three groups of ten passes agree within 2 %%.",
      "",
      "With --url, bench measures a server: it posts the pictures at a constant rate, and counts the time of each request from the moment when it is due, so that a stall of the server counts for every request that it delays. The exit code is 1 if no request succeeds.",
      "",
      "Unreadable pictures are reported and skipped. After Ctrl-C, bench prints what it has measured so far and ends with exit code 130."
    },
    footer = {
      "  ovkit bench model.xml pictures",
      "  ovkit bench pplcnet.xml yolov5s.xml pictures --protocol seed --passes 20",
      "  ovkit bench old.xml new.xml pictures --html report.html",
      "  ovkit bench --url http://127.0.0.1:8080/v1/models/model/detect --rate 50 pictures",
      "  ovkit bench --ir model.xml --images pictures --json --baseline old.json --max-slowdown"
          + " 1.05"
    })
final class BenchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelAndPictures input;

  /** What is measured. */
  private static final class Modes {
    @Option(
        names = "--latency",
        description =
            "Measure one picture at a time, and report each stage: decode, preprocess, infer, postprocess, end to end. This is the default.")
    private boolean latency;

    @Option(
        names = "--throughput",
        description =
            "Measure several pictures at once, and report pictures per second and the latency under that load.")
    private boolean throughput;

    @Option(
        names = "--inference-only",
        description =
            "Measure the network alone. Its input is filled once, as in OpenVINO's benchmark_app.")
    private boolean inferenceOnly;
  }

  @ArgGroup private @Nullable Modes modes;

  /** What can be measured by a fixed protocol. */
  enum Protocol {
    SEED
  }

  /** Reads a protocol. */
  static final class ProtocolChoice extends Choice<Protocol> {
    ProtocolChoice() {
      super(Protocol.class, Map.of());
    }
  }

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      converter = ProtocolChoice.class,
      completionCandidates = ProtocolChoice.class,
      description =
          "How to measure. seed: 1,000 passes over each of the first 50 pictures, by name; the report has the mean of each picture and the mean of all.")
  private @Nullable Protocol protocol;

  @Option(
      names = "--passes",
      paramLabel = "N",
      description =
          "Number of passes over each picture. Replaces --seconds, or the 1,000 passes of --protocol seed.")
  private @Nullable Integer passes;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to measure, for all models together. Default: 10.")
  private @Nullable Double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description =
          "Longest warm-up of each model; 0 for no warm-up. Default: 30; with --url 5 s of requests that do not count.")
  private @Nullable Double warmUp;

  @Mixin private UrlOptions url;

  @Option(
      names = "--layers",
      description =
          "Also measure each layer of the models: time, share, kernel, GFLOP/s and the share of the peak that this machine reaches. Takes some seconds more.")
  private boolean layers;

  @Mixin private ComputeOptions compute;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--streams",
      paramLabel = "N",
      description =
          "Number of inferences that OpenVINO runs at the same time. Default: OpenVINO chooses it for the number of threads.")
  private @Nullable Integer streams;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--requests",
      paramLabel = "N",
      description =
          "With --throughput: number of pictures that are processed at the same time. Default: OpenVINO chooses it for the number of streams.")
  private @Nullable Integer requests;

  @Mixin private ProfileOptions profile;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--control",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Run the first model of a comparison a second time as a control. Default: on.")
  private boolean control;

  @Option(
      names = "--baseline",
      paramLabel = "FILE.json",
      description =
          "What an earlier 'ovkit bench --json' printed for the same model with the same settings on the same machine. The exit code is 4 if a median is now slower than --max-slowdown allows.")
  private @Nullable Path baseline;

  @Option(
      names = "--max-slowdown",
      paramLabel = "RATIO",
      defaultValue = "1.05",
      description =
          "Largest allowed ratio of a median to the median in the baseline. Default: ${DEFAULT-VALUE}.")
  private double maxSlowdown;

  @Mixin private JsonOption json;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(names = "--csv", description = "Print the result as comma-separated values.")
  private boolean csv;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Also write a report with charts: one HTML file that needs no network. The ovkit in a bundle cannot write it.")
  private @Nullable Path html;

  private final Map<Path, ProfileOptions.Used> profiles = new HashMap<>();

  @Override
  public Integer call() {
    if (html != null) {
      BenchHtml.require(html);
    }
    if (csv && json.wanted()) {
      throw usage("give --json or --csv, not both");
    }
    if (csv && layers) {
      throw usage("--layers cannot be combined with --csv; take --json");
    }
    if (url.given()) {
      return server();
    }
    BenchOptions options = options(input.models(), input.pictures());
    @Nullable RegressionGate gate =
        baseline == null ? null : new RegressionGate(BaselineFile.read(baseline), maxSlowdown);
    PrintWriter err = spec.commandLine().getErr();
    try (Interruption interruption = new Interruption();
        Benchmark benchmark = Benchmark.open(options)) {
      if (gate != null) {
        gate.require(benchmark);
      }
      Report report = run(benchmark, interruption);
      for (Report.Unreadable left : report.unreadable()) {
        err.println("ovkit: skipped: " + left.reason());
      }
      if (!report.complete()) {
        err.println("ovkit: interrupted; these figures were measured until then");
      }
      if (!report.controlHolds()) {
        err.println(
            "ovkit: the ratios are void: the first model differs from its own second run; measure"
                + " on a quieter machine, or for longer");
      }
      // Half a measurement is no reason to fail a build.
      List<RegressionGate.Verdict> verdicts =
          gate == null || !report.complete() ? List.of() : gate.judge(report);
      boolean asked = report.complete() && (!csv || html != null);
      print(
          report,
          verdicts,
          asked ? KernelCounts.of(options) : Map.of(),
          report.complete() && layers ? LayerTimes.of(options) : List.of());
      if (!report.complete()) {
        return ExitCode.INTERRUPTED;
      }
      return verdicts.stream().allMatch(RegressionGate.Verdict::holds)
          ? ExitCode.DONE
          : ExitCode.DOES_NOT_HOLD;
    }
  }

  private int server() {
    UrlBench.require();
    if (input.hasModel()) {
      throw usage("--url measures a server, which has its own models; give pictures only");
    }
    return UrlBench.run(
        UrlBench.options(
            url,
            input.pictures(),
            Optional.ofNullable(seconds).map(s -> duration("--seconds", s, false)),
            Optional.ofNullable(warmUp).map(s -> duration("--warm-up", s, true))),
        new UrlBench.Output(
            spec.commandLine().getOut(), spec.commandLine().getErr(), json.wanted(), csv, html));
  }

  private Report run(Benchmark benchmark, Interruption interruption) {
    if (Progress.shown()) {
      spec.commandLine().getErr().println("ovkit: warming up; " + duration(benchmark.options()));
    }
    try (Progress progress = Progress.ofShare("measuring")) {
      return benchmark.run(progress, interruption::asked);
    }
  }

  /** How long it takes, as far as that can be known before. */
  static String duration(BenchOptions options) {
    long warmUp = options.warmUp().toSeconds() * options.irs().size();
    long time = options.time().toSeconds();
    return options.passes().isPresent()
        ? "at most %d s, then %d passes over each picture with each model"
            .formatted(warmUp, options.passes().getAsInt())
        : "the measurement takes %d to %d s".formatted(time, time + warmUp);
  }

  private void print(
      Report report,
      List<RegressionGate.Verdict> verdicts,
      Map<String, Map<String, Integer>> kernels,
      List<LayerTimes> layerTimes) {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> object = BenchJson.of(report, verdicts, maxSlowdown, profiles, kernels);
    LayersPrinter.addTo(object, layerTimes);
    String text = Json.text(object);
    if (json.wanted()) {
      out.println(text);
    } else if (csv) {
      BenchPrinter.csv(report, out);
      BenchPrinter.print(verdicts, maxSlowdown, spec.commandLine().getErr());
    } else {
      BenchPrinter.print(report, kernels, out);
      LayersPrinter.print(layerTimes, out);
      BenchPrinter.print(verdicts, maxSlowdown, out);
    }
    out.flush();
    if (html != null) {
      BenchHtml.write(text, html);
    }
  }

  // ---- options

  private BenchOptions options(List<Path> irs, List<Path> pictures) {
    BenchOptions options =
        BenchOptions.of(irs, pictures)
            .withCompile(explicit(CompileOptions.defaults()))
            .withMode(mode());
    if (protocol != null) {
      options = options.withSeedProtocol();
    }
    if (seconds != null) {
      if (passes != null || protocol != null) {
        throw usage("--seconds cannot be combined with --passes or --protocol");
      }
      options = options.withTime(duration("--seconds", seconds, false));
    }
    if (passes != null) {
      options = options.withPasses(Limits.positive(spec, "--passes", passes));
    }
    if (requests != null) {
      if (mode() != Mode.THROUGHPUT) {
        throw usage("--requests needs --throughput");
      }
      options = options.withRequests(Limits.positive(spec, "--requests", requests));
    }
    options = options.withControl(control);
    if (warmUp != null) {
      options = options.withWarmUp(duration("--warm-up", warmUp, true));
    }
    for (Path ir : Set.copyOf(irs)) {
      Optional<ProfileOptions.Used> used = profile.find(ir, target());
      if (used.isPresent()) {
        profiles.put(ir, used.get());
        options = options.withProfile(ir, profiled(ir, used.get().tuning()));
      }
    }
    return options;
  }

  private CompileOptions.Hint target() {
    return mode() == Mode.THROUGHPUT ? CompileOptions.Hint.THROUGHPUT : CompileOptions.Hint.LATENCY;
  }

  /** What is given here wins; threads, streams and requests only together. */
  private DetectorOptions profiled(Path ir, Tuning tuning) {
    boolean own = compute.hasThreads() || streams != null;
    DetectorOptions options = (own ? tuning.withoutThreads() : tuning).options(ir);
    options = options.withCompile(explicit(options.compile()));
    return requests == null ? options : options.withRequests(requests);
  }

  private Mode mode() {
    if (modes == null || modes.latency) {
      return Mode.LATENCY;
    }
    return modes.throughput ? Mode.THROUGHPUT : Mode.INFERENCE_ONLY;
  }

  private CompileOptions explicit(CompileOptions base) {
    CompileOptions options = compute.applyTo(base);
    return streams == null
        ? options
        : options.withStreams(Limits.positive(spec, "--streams", streams));
  }

  private Duration duration(String option, double value, boolean zero) {
    // A year and a day is more than any clock here is asked for, and fits into nanoseconds.
    if (!(value >= 0 && value <= 366 * 86_400) || (value == 0 && !zero)) {
      throw usage(
          "%s %s: expected a number of seconds%s"
              .formatted(option, value, zero ? ", 0 or more" : " above 0"));
    }
    return Duration.ofNanos((long) (value * 1e9));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
