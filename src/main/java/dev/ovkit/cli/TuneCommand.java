package dev.ovkit.cli;

import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.TunePrinter;
import dev.ovkit.runtime.CompileOptions.Hint;
import dev.ovkit.tune.TuneOptions;
import dev.ovkit.tune.TuneReport;
import dev.ovkit.tune.Tuner;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit tune}. */
@Command(
    name = "tune",
    description = {
      "Looks for the settings with which a model is fastest on this machine, and writes them into a profile beside it, which infer and bench pick up.",
      "",
      "Settings run in turn with the default; what is not faster than it by the whole of its 95 %% interval is not taken, and where nothing is, the default stays. What could change a box (--bf16, --rectangular) is tried only if asked for, and taken only if the boxes on the pictures stay the same.",
      "",
      "Exit code 4 and no profile if --max-latency cannot be kept to."
    },
    footer = {
      "  ovkit tune --ir model.xml --images pictures",
      "  ovkit tune --ir model.xml --target throughput --max-latency 50ms --budget 5m --images pictures"
    })
final class TuneCommand implements Callable<Integer> {

  private static final Pattern DURATION =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(ms|s|m|min)?");

  @Spec private CommandSpec spec;

  @Option(
      names = "--ir",
      required = true,
      paramLabel = "MODEL.xml",
      description = "The IR; its .bin lies beside it.")
  private Path ir;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      defaultValue = "latency",
      description =
          "latency: one picture as soon as possible; throughput: as many as possible. A profile can hold both. Default: ${DEFAULT-VALUE}.")
  private String target;

  @Option(
      names = {"-i", "--images"},
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Pictures, folders of pictures, or globs such as 'shots/*.jpg'; the first 100. Default: a picture of noise.")
  private List<String> images = List.of();

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      defaultValue = "120s",
      description = "About how long it may take, as in 90s or 5m. Default: ${DEFAULT-VALUE}.")
  private String budget;

  @Option(
      names = "--max-latency",
      paramLabel = "TIME",
      description =
          "What 90 of 100 pictures must keep to, from file to boxes, as in 50ms; under load with --target throughput.")
  private @Nullable String mostLatency;

  @Option(
      names = "--bf16",
      description =
          "Try arithmetic in bf16 too, where the CPU has it; needs --images to compare the boxes.")
  private boolean bf16;

  @Option(
      names = "--rectangular",
      description =
          "Try an input in the shape of the pictures too, as 640x384 for 16:9; needs --images to compare the boxes.")
  private boolean rectangular;

  @Option(
      names = "--cache",
      description =
          "Try too whether the model opens quicker with its compiled form in MODEL.cache beside it.")
  private boolean cache;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    TuneOptions options = options();
    TuneReport report;
    try (Interruption interruption = new Interruption()) {
      report = run(options, interruption);
      PrintWriter err = spec.commandLine().getErr();
      report.unreadable().forEach(left -> err.println("ovkit: left out: " + left.reason()));
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        Json.print(out, TunePrinter.json(report));
      } else {
        TunePrinter.print(report, out);
      }
      out.flush();
      if (!report.complete()) {
        err.println("ovkit: stopped; no profile was written");
        return ExitCode.INTERRUPTED;
      }
      if (!report.holds()) {
        err.printf(
            "ovkit: nothing that was tried keeps 90 of 100 pictures within %s; no profile was written%n",
            mostLatency);
        return ExitCode.DOES_NOT_HOLD;
      }
      return ExitCode.DONE;
    }
  }

  private static TuneReport run(TuneOptions options, Interruption interruption) {
    if (!Boolean.getBoolean("ovkit.progress")) {
      return Tuner.tune(options, fraction -> {}, interruption::asked);
    }
    int steps = 1000;
    try (ProgressBar bar = new ProgressBar("tuning", steps)) {
      return Tuner.tune(
          options, fraction -> bar.stepTo((long) (fraction * steps)), interruption::asked);
    }
  }

  private TuneOptions options() {
    if (images.isEmpty() && (bf16 || rectangular)) {
      throw usage(
          "%s needs --images: it may change the boxes, and they are compared"
              .formatted(bf16 ? "--bf16" : "--rectangular"));
    }
    TuneOptions options =
        TuneOptions.of(
                ir, target(), images.isEmpty() ? List.of() : new PictureList(images).expand())
            .withBudget(duration("--budget", budget))
            .withBf16(bf16)
            .withRectangular(rectangular)
            .withCache(cache);
    return mostLatency == null
        ? options
        : options.withMostLatency(duration("--max-latency", mostLatency));
  }

  private Hint target() {
    return switch (target.toLowerCase(Locale.ROOT)) {
      case "latency" -> Hint.LATENCY;
      case "throughput" -> Hint.THROUGHPUT;
      default -> throw usage("--target %s: expected latency or throughput".formatted(target));
    };
  }

  /** Seconds where no unit is given. */
  private Duration duration(String option, String text) {
    Matcher matcher = DURATION.matcher(text.strip());
    double value = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
    String unit = matcher.matches() && matcher.group(2) != null ? matcher.group(2) : "s";
    double seconds = value * (unit.equals("ms") ? 0.001 : unit.startsWith("m") ? 60 : 1);
    if (!(seconds > 0 && seconds <= 86_400)) {
      throw usage(
          "%s %s: expected a time of up to a day, such as 50ms, 120s or 5m"
              .formatted(option, text));
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
