package dev.ovkit.cli;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.cli.option.Choices;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelAndPictures;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.cli.print.TunePrinter;
import dev.ovkit.tune.TuneOptions;
import dev.ovkit.tune.TuneReport;
import dev.ovkit.tune.Tuner;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit tune}. */
@Command(
    name = "tune",
    customSynopsis = "ovkit tune [OPTIONS] MODEL [PICTURE...]",
    description = {
      "Finds the fastest settings for a model on this machine, and writes them to a profile beside the model. infer, bench and stream use that profile.",
      "",
      "Each setting is measured in turn with the default. A setting is kept only if it is faster over its whole 95 %% interval; otherwise the default stays. Settings that could change a box (--bf16, --rectangular) are tried only on request, and kept only if the boxes on the pictures stay nearly the same.",
      "",
      "If every setting takes longer than --max-latency, the exit code is 4 and no profile is written."
    },
    footer = {
      "  ovkit tune model.xml pictures",
      "  ovkit tune model.xml pictures --target throughput --max-latency 50ms --budget 5m"
    })
final class TuneCommand implements Callable<Integer> {

  private static final Pattern DURATION =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(ms|s|m|min)?");

  @Spec private CommandSpec spec;

  @Mixin private ModelAndPictures input;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      defaultValue = "latency",
      converter = Choices.Target.class,
      completionCandidates = Choices.Target.class,
      description =
          "What to tune for. latency: one picture in the shortest time; throughput: as many pictures per second as possible. A profile can hold settings for both. Default: ${DEFAULT-VALUE}.")
  private Hint target;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      defaultValue = "120s",
      description =
          "Approximate duration of the whole run, such as 90s or 5m. Default: ${DEFAULT-VALUE}.")
  private String budget;

  @Option(
      names = "--max-latency",
      paramLabel = "TIME",
      description =
          "Time in which at least 90 of 100 pictures must be done, from file to boxes, such as 50ms. With --target throughput this is measured under load.")
  private @Nullable String maxLatency;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--bf16",
      description =
          "Also try bf16 arithmetic, if the CPU has it. Needs pictures, on which the boxes are compared.")
  private boolean bf16;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--rectangular",
      description =
          "Also try an input in the shape of the pictures, such as 640x384 for 16:9. Needs pictures, on which the boxes are compared.")
  private boolean rectangular;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--cache",
      description =
          "Also try whether the model opens faster if the compiled model is kept in MODEL.cache beside it.")
  private boolean cache;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    TuneOptions options = options();
    TuneReport report;
    try (Interruption interruption = new Interruption()) {
      report = run(options, interruption);
      PrintWriter err = spec.commandLine().getErr();
      report.unreadable().forEach(left -> err.println("ovkit: skipped: " + left.reason()));
      PrintWriter out = spec.commandLine().getOut();
      if (json.wanted()) {
        Json.print(out, TunePrinter.json(report));
      } else {
        TunePrinter.print(report, out);
      }
      out.flush();
      if (!report.complete()) {
        err.println("ovkit: interrupted; no profile was written");
        return ExitCode.INTERRUPTED;
      }
      if (!report.holds()) {
        err.printf(
            "ovkit: no setting keeps 90 of 100 pictures within %s; no profile was written%n",
            maxLatency);
        return ExitCode.DOES_NOT_HOLD;
      }
      return ExitCode.DONE;
    }
  }

  private TuneReport run(TuneOptions options, Interruption interruption) {
    if (Progress.shown()) {
      spec.commandLine().getErr().println("ovkit: tuning takes about " + budget);
    }
    try (Progress progress = Progress.ofShare("tuning")) {
      return Tuner.tune(options, progress, interruption::asked);
    }
  }

  private TuneOptions options() {
    if (!input.hasPictures() && (bf16 || rectangular)) {
      throw usage(
          "%s needs pictures: it may change the boxes, so they are compared"
              .formatted(bf16 ? "--bf16" : "--rectangular"));
    }
    TuneOptions options =
        TuneOptions.of(input.ir(), target, input.hasPictures() ? input.pictures() : List.of())
            .withBudget(duration("--budget", budget))
            .withBf16(bf16)
            .withRectangular(rectangular)
            .withCache(cache);
    return maxLatency == null
        ? options
        : options.withMaxLatency(duration("--max-latency", maxLatency));
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
