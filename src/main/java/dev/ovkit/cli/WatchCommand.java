package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.cli.option.BitDepthOption;
import dev.ovkit.cli.option.ComputeOptions;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelOption;
import dev.ovkit.cli.option.ThresholdOptions;
import dev.ovkit.cli.print.AlarmPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.watch.FolderWatch;
import dev.ovkit.watch.ServiceManager;
import dev.ovkit.watch.WatchCounts;
import dev.ovkit.watch.WatchListener;
import dev.ovkit.watch.WatchOptions;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit watch}. */
@Command(
    name = "watch",
    customSynopsis = "ovkit watch [OPTIONS] MODEL --in DIR --out DIR",
    description = {
      "Finds objects on every picture that arrives in a folder.",
      "",
      "Each picture gets exactly one result, even if the process is killed or the power fails. The result is NAME.json, in the format of 'ovkit infer --json'; the picture then moves to IN/done. Unreadable pictures move to IN/failed, each with a text file that says why. Hidden files, links and subfolders are ignored. If OUT is full or not writable, watch waits and tries again. After SIGTERM or Ctrl-C, watch finishes the pictures that it has begun, and ends with exit code 0. Under systemd, watch reports when it is ready and that it is still alive."
    },
    footer = {
      "  ovkit watch model.xml --in drop --out results",
      "  ovkit watch --ir model.xml --in drop --out results --draw --once --verbose"
    })
final class WatchCommand implements Callable<Integer> {

  /** A file name must not add lines to the journal. */
  private static final int LONGEST_NAME = 4096;

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--in",
      required = true,
      paramLabel = "DIR",
      description = "Folder in which pictures arrive. It must be on a local disk.")
  private Path in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the results.")
  private Path out;

  @Option(
      names = "--create",
      description =
          "Create the --in folder if it is missing. Without this option, a missing folder is an error.")
  private boolean create;

  @Option(
      names = "--draw",
      description = "Also write each picture with its boxes, as NAME.drawn.jpg.")
  private boolean draw;

  @Option(
      names = "--delete",
      description =
          "Delete each picture once its result is written, instead of keeping it in IN/done.")
  private boolean delete;

  @Option(
      names = "--once",
      description =
          "Process the pictures in the folder, then stop. The exit code is 1 if a picture was unreadable or could not be moved.")
  private boolean once;

  @Option(
      names = "--settle",
      paramLabel = "MS",
      defaultValue = "500",
      description =
          "How long a file must stay unchanged before it is processed. Default: ${DEFAULT-VALUE}.")
  private int settle;

  @Mixin private ThresholdOptions thresholds;

  @Mixin private BitDepthOption bitDepth;

  @Mixin private ComputeOptions compute;

  @Option(names = "--verbose", description = "Print a line for each picture to stderr.")
  private boolean verbose;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    if (settle < 0) {
      throw new ParameterException(
          spec.commandLine(), "--settle %d: expected milliseconds, 0 or more".formatted(settle));
    }
    if (!create && Files.notExists(in)) {
      throw new OptionException(
          "--in '%s': no such folder; create it, or give --create".formatted(in));
    }
    Path ir = model.model();
    ForeignIr.require(ir, spec.commandLine().getErr());
    WatchOptions options = new WatchOptions(in, out, draw, delete, once, Duration.ofMillis(settle));
    try (Detector detector = Detector.open(ir, detectorOptions());
        FolderWatch watch =
            FolderWatch.open(options, ir, detector, listener(ir), ServiceManager.current());
        Termination termination = new Termination(watch::stop)) {
      for (Assumption assumption : detector.assumptions()) {
        spec.commandLine().getErr().println("ovkit: assumed: " + assumption.sentence());
      }
      if (!once) {
        spec.commandLine()
            .getErr()
            .printf("ovkit: watching %s; results go to %s; stop with Ctrl-C or SIGTERM%n", in, out);
      }
      WatchCounts counts = watch.run();
      print(counts);
      boolean failed = once && counts.setAside() + counts.left() > 0;
      int exitCode = failed ? ExitCode.FAILED : ExitCode.DONE;
      termination.finished(exitCode);
      return exitCode;
    }
  }

  private DetectorOptions detectorOptions() {
    CompileOptions compile = CompileOptions.defaults().withHint(CompileOptions.Hint.THROUGHPUT);
    return bitDepth.applyTo(
        DetectorOptions.defaults()
            .withCompile(compute.applyTo(compile))
            .withDetect(thresholds.applyTo(DetectOptions.defaults())));
  }

  private void print(WatchCounts counts) {
    PrintWriter stdout = spec.commandLine().getOut();
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("done", counts.done());
      object.put("set_aside", counts.setAside());
      object.put("unfinished", counts.unfinished());
      object.put("left", counts.left());
      Json.print(stdout, object);
      return;
    }
    stdout.printf("%d done, %d unreadable", counts.done(), counts.setAside());
    if (counts.unfinished() > 0) {
      stdout.printf(", %d unfinished; the next start continues with them", counts.unfinished());
    }
    if (counts.left() > 0) {
      stdout.printf(", %d left in place", counts.left());
    }
    stdout.println();
  }

  private WatchListener listener(Path ir) {
    PrintWriter err = spec.commandLine().getErr();
    AlarmPrinter alarm = new AlarmPrinter(err, ir);
    return new WatchListener() {
      @Override
      public void done(String name, Detections found) {
        alarm.check((delete ? in : in.resolve("done")).resolve(name), found);
        if (verbose) {
          err.printf(
              Locale.ROOT,
              "%s  %d found  %.1f ms%n",
              OneLine.of(name, LONGEST_NAME),
              found.objects().size(),
              DetectionsJson.milliseconds(found.timings().total()));
        }
      }

      @Override
      public void setAside(String name, String reason) {
        err.println(
            OneLine.of(
                "ovkit: moved to failed: "
                    + (reason.startsWith(name) ? reason : name + ": " + reason),
                LONGEST_NAME));
      }

      @Override
      public void waiting(String message) {
        err.println("ovkit: " + message);
      }

      @Override
      public void goesOn() {
        err.println("ovkit: the output folder is writable again");
      }

      @Override
      public void left(String name, String reason) {
        err.println(OneLine.of("ovkit: left: " + reason, LONGEST_NAME));
      }
    };
  }
}
