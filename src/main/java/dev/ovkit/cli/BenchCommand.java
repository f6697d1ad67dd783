package dev.ovkit.cli;

import dev.ovkit.bench.BenchOptions;
import dev.ovkit.bench.Benchmark;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.RegressionGate;
import dev.ovkit.bench.Report;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.print.BenchHtml;
import dev.ovkit.cli.print.BenchPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Tuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import me.tongfei.progressbar.ProgressBar;
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
    description = {
      "Measures models on pictures, from file to boxes.",
      "",
      "Several models are measured in turn, A B A B, and compared by the median of the ratios of all rounds, with a bootstrap 95 %% interval; the first one runs once more as a control, and where it differs from itself by more than 2 %% the ratios are void. Each model is warmed up until the medians of three times ten passes lie within 2 %%.",
      "",
      "A picture that cannot be read is named and not counted. Ctrl-C prints what was measured so far; the exit code is then 130."
    },
    footer = {
      "  ovkit bench --ir model.xml --images pictures",
      "  ovkit bench --ir pplcnet.xml --ir yolov5s.xml --images pictures --protocol seed --passes 20",
      "  ovkit bench --ir old.xml --ir new.xml --images pictures --html report.html",
      "  ovkit bench --ir model.xml --images pictures --json --baseline old.json --max-slowdown 1.05"
    })
final class BenchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--ir",
      required = true,
      paramLabel = "MODEL.xml",
      description = "An IR; its .bin lies beside it. Give it again for each further model.")
  private List<Path> irs;

  @Option(
      names = {"-i", "--images"},
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pictures, folders of pictures, or globs such as 'shots/*.jpg'.")
  private List<String> images;

  /** What is measured. */
  private static final class Modes {
    @Option(
        names = "--latency",
        description =
            "One picture at a time: decode, preprocess, infer, postprocess, end to end. The default.")
    private boolean latency;

    @Option(
        names = "--throughput",
        description = "Several pictures at once: pictures per second, and latency under that load.")
    private boolean throughput;

    @Option(
        names = "--inference-only",
        description =
            "The network alone, its input filled once: what OpenVINO's benchmark_app prints.")
    private boolean inferenceOnly;
  }

  @ArgGroup private @Nullable Modes modes;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description =
          "seed: the first 50 pictures, 1,000 passes over each, the mean of each picture and of all.")
  private @Nullable String protocol;

  @Option(
      names = "--passes",
      paramLabel = "N",
      description = "Passes over each picture, instead of --seconds or the protocol's 1,000.")
  private @Nullable Integer passes;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to measure, all models together. Default: 10.")
  private @Nullable Double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "30",
      description =
          "The most seconds of warming up, each model; 0 for none. Default: ${DEFAULT-VALUE}.")
  private double warmUp;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads to compute with, all streams together. Default: what this process may use; doctor prints it.")
  private @Nullable Integer threads;

  @Option(
      names = "--streams",
      paramLabel = "N",
      description = "Inferences side by side. Default: OpenVINO's choice for these threads.")
  private @Nullable Integer streams;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description =
          "Pictures at once, for --throughput. Default: OpenVINO's choice for these streams.")
  private @Nullable Integer requests;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "The arithmetic: f32, bf16, or auto for what OpenVINO prefers on this CPU. Default: f32.")
  private @Nullable String precision;

  @Mixin private ProfileOptions profile;

  @Option(
      names = "--control",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether a comparison runs its first model once more. Default: on.")
  private boolean control;

  @Option(
      names = "--baseline",
      paramLabel = "FILE.json",
      description =
          "An earlier --json of the same model, settings and machine; exit code 4 if a median has become slower than --max-slowdown allows.")
  private @Nullable Path baseline;

  @Option(
      names = "--max-slowdown",
      paramLabel = "RATIO",
      defaultValue = "1.05",
      description =
          "The most of its earlier time that a median may take. Default: ${DEFAULT-VALUE}.")
  private double maxSlowdown;

  /** How it is printed. */
  private static final class Formats {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--csv", description = "Print comma-separated values.")
    private boolean csv;
  }

  @ArgGroup private @Nullable Formats formats;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Also write a report with charts: one file that needs no network. For the desk; a bundle has none.")
  private @Nullable Path html;

  private final Map<Path, ProfileOptions.Used> profiles = new HashMap<>();

  @Override
  public Integer call() {
    if (html != null) {
      BenchHtml.require(html);
    }
    BenchOptions options = options(new PictureList(images).expand());
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
        err.println("ovkit: left out: " + left.reason());
      }
      if (!report.complete()) {
        err.println("ovkit: stopped; what follows was measured until then");
      }
      if (!report.controlHolds()) {
        err.println(
            "ovkit: the ratios are void: the control differs from itself; run it again on a quieter machine, or for longer");
      }
      // Half a measurement is no reason to fail a build.
      List<RegressionGate.Verdict> verdicts =
          gate == null || !report.complete() ? List.of() : gate.judge(report);
      print(report, verdicts);
      if (!report.complete()) {
        return ExitCode.INTERRUPTED;
      }
      return verdicts.stream().allMatch(RegressionGate.Verdict::holds)
          ? ExitCode.DONE
          : ExitCode.DOES_NOT_HOLD;
    }
  }

  private Report run(Benchmark benchmark, Interruption interruption) {
    if (!Boolean.getBoolean("ovkit.progress")) {
      return benchmark.run(fraction -> {}, interruption::asked);
    }
    spec.commandLine().getErr().println("ovkit: warming up");
    try (LazyBar bar = new LazyBar()) {
      return benchmark.run(bar, interruption::asked);
    }
  }

  /** Begins when measuring does, so that the time left is not spoilt by the warm-up. */
  private static final class LazyBar implements DoubleConsumer, AutoCloseable {
    private static final int STEPS = 1000;

    private @Nullable ProgressBar bar;

    @Override
    public void accept(double fraction) {
      if (bar == null) {
        bar = new ProgressBar("measuring", STEPS);
      }
      bar.stepTo((long) (fraction * STEPS));
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }

  private void print(Report report, List<RegressionGate.Verdict> verdicts) {
    PrintWriter out = spec.commandLine().getOut();
    String json = Json.text(BenchPrinter.json(report, verdicts, maxSlowdown, profiles));
    if (formats != null && formats.json) {
      out.println(json);
    } else if (formats != null && formats.csv) {
      BenchPrinter.csv(report, out);
      BenchPrinter.print(verdicts, maxSlowdown, spec.commandLine().getErr());
    } else {
      BenchPrinter.print(report, out);
      BenchPrinter.print(verdicts, maxSlowdown, out);
    }
    out.flush();
    if (html != null) {
      BenchHtml.write(json, html);
    }
  }

  // ---- options

  private BenchOptions options(List<Path> pictures) {
    BenchOptions options =
        BenchOptions.of(irs, pictures).with(explicit(CompileOptions.defaults())).with(mode());
    if (protocol != null) {
      if (!protocol.equals("seed")) {
        throw usage("--protocol %s: expected seed".formatted(protocol));
      }
      options = options.withSeedProtocol();
    }
    if (seconds != null) {
      if (passes != null || protocol != null) {
        throw usage("--seconds does not go with --passes or --protocol; give one");
      }
      options = options.withTime(duration("--seconds", seconds, false));
    }
    if (passes != null) {
      options = options.withPasses(positive("--passes", passes));
    }
    if (requests != null) {
      if (mode() != Mode.THROUGHPUT) {
        throw usage("--requests goes with --throughput only");
      }
      options = options.withRequests(positive("--requests", requests));
    }
    options = options.withWarmUp(duration("--warm-up", warmUp, true)).withControl(control);
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
    boolean own = threads != null || streams != null;
    DetectorOptions options = (own ? tuning.withoutThreads() : tuning).options(ir);
    options = options.with(explicit(options.compile()));
    return requests == null ? options : options.withRequests(requests);
  }

  private Mode mode() {
    if (modes == null || modes.latency) {
      return Mode.LATENCY;
    }
    return modes.throughput ? Mode.THROUGHPUT : Mode.INFERENCE_ONLY;
  }

  private CompileOptions explicit(CompileOptions base) {
    CompileOptions options = base;
    if (precision != null) {
      options =
          options.with(
              switch (precision.toLowerCase(Locale.ROOT)) {
                case "f32", "fp32" -> CompileOptions.Precision.F32;
                case "bf16" -> CompileOptions.Precision.BF16;
                case "auto" -> CompileOptions.Precision.AUTO;
                default ->
                    throw usage("--precision %s: expected f32, bf16 or auto".formatted(precision));
              });
    }
    if (threads != null) {
      options = options.withThreads(positive("--threads", threads));
    }
    return streams == null ? options : options.withStreams(positive("--streams", streams));
  }

  private int positive(String option, int value) {
    if (value < 1) {
      throw usage("%s %d: expected 1 or more".formatted(option, value));
    }
    return value;
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
