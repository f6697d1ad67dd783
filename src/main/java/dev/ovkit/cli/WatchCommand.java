package dev.ovkit.cli;

import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectionsJson;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.vision.DetectOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.watch.FolderWatch;
import dev.ovkit.watch.ServiceManager;
import dev.ovkit.watch.WatchCounts;
import dev.ovkit.watch.WatchListener;
import dev.ovkit.watch.WatchOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit watch}. */
@Command(
    name = "watch",
    description = {
      "Finds objects on every picture that is dropped into a folder.",
      "",
      "Each picture ends in exactly one result, NAME.json in the form of infer --json, also when the process is killed or the power fails; then it lies in IN/done. What cannot be read goes to IN/failed, with the reason in a text file. Files are taken once they do not change any more; hidden files, links and subfolders are left alone. When OUT is full or cannot be written, it waits and tries again. SIGTERM and Ctrl-C let it finish what it has begun, exit code 0. Under systemd it tells that it is ready and alive."
    },
    footer = {
      "  ovkit watch --ir model.xml --in drop --out results",
      "  ovkit watch --ir model.xml --in drop --out results --draw --once --verbose"
    })
final class WatchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--ir",
      required = true,
      paramLabel = "MODEL.xml",
      description = "The IR; its .bin lies beside it.")
  private Path ir;

  @Option(
      names = "--in",
      required = true,
      paramLabel = "DIR",
      description = "The folder that pictures are dropped into; on a local disk.")
  private Path in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder for results.")
  private Path out;

  @Option(names = "--draw", description = "Write each picture with its boxes, NAME.drawn.jpg, too.")
  private boolean draw;

  @Option(
      names = "--delete",
      description = "Delete a picture once its result is out, instead of keeping it in IN/done.")
  private boolean delete;

  @Option(
      names = "--once",
      description =
          "End when all that lies there is done; exit code 1 if something was set aside or left.")
  private boolean once;

  @Option(
      names = "--settle",
      paramLabel = "MS",
      defaultValue = "500",
      description =
          "How long a file must not change before it is taken for whole. Default: ${DEFAULT-VALUE}.")
  private int settle;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description = "The lowest score, 0..1. Default: the IR's, else 0.25.")
  private @Nullable Float confidence;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      description =
          "The overlap above which the weaker of two boxes is dropped, 0..1. Default: the IR's, else 0.45.")
  private @Nullable Float iou;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads to compute with. Default: what this process may use; doctor prints it.")
  private @Nullable Integer threads;

  @Option(names = "--verbose", description = "Print a line for each picture, to stderr.")
  private boolean verbose;

  @Option(names = "--json", description = "Print the counts at the end as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (settle < 0) {
      throw new ParameterException(
          spec.commandLine(), "--settle %d: expected milliseconds, 0 or more".formatted(settle));
    }
    WatchOptions options = new WatchOptions(in, out, draw, delete, once, Duration.ofMillis(settle));
    try (Detector detector = Detector.open(ir, detectorOptions());
        FolderWatch watch =
            FolderWatch.open(options, ir, detector, listener(), ServiceManager.current());
        Termination termination = new Termination(watch::stop)) {
      for (Assumption assumption : detector.assumptions()) {
        spec.commandLine().getErr().println("ovkit: assumed: " + assumption.sentence());
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
    CompileOptions compile = CompileOptions.defaults().with(CompileOptions.Hint.THROUGHPUT);
    DetectOptions usual = DetectOptions.defaults();
    return DetectorOptions.defaults()
        .with(threads == null ? compile : compile.withThreads(threads))
        .with(
            new DetectOptions(
                confidence, iou, usual.maxDetections(), usual.maxCandidates(), Set.of(), false));
  }

  private void print(WatchCounts counts) {
    PrintWriter stdout = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("done", counts.done());
      object.put("set_aside", counts.setAside());
      object.put("unfinished", counts.unfinished());
      object.put("left", counts.left());
      Json.print(stdout, object);
      return;
    }
    stdout.printf("%d done, %d set aside", counts.done(), counts.setAside());
    if (counts.unfinished() > 0) {
      stdout.printf(", %d unfinished, for the next start", counts.unfinished());
    }
    if (counts.left() > 0) {
      stdout.printf(", %d left where they are", counts.left());
    }
    stdout.println();
  }

  private WatchListener listener() {
    PrintWriter err = spec.commandLine().getErr();
    return new WatchListener() {
      @Override
      public void done(String name, Detections found) {
        if (verbose) {
          err.printf(
              Locale.ROOT,
              "%s  %d found  %.1f ms%n",
              name,
              found.detections().size(),
              DetectionsJson.milliseconds(found.timings().total()));
        }
      }

      @Override
      public void setAside(String name, String reason) {
        err.println(
            "ovkit: set aside: " + (reason.startsWith(name) ? reason : name + ": " + reason));
      }

      @Override
      public void waiting(String message) {
        err.println("ovkit: " + message);
      }

      @Override
      public void goesOn() {
        err.println("ovkit: it works again");
      }

      @Override
      public void left(String name, String reason) {
        err.println("ovkit: left: " + reason);
      }
    };
  }
}
