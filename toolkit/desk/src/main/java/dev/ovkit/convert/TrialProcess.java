package dev.ovkit.convert;

import dev.ovkit.CompileOptions;
import dev.ovkit.internal.process.SecondJvm;
import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Model;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads, writes and compiles a model as a conversion and a detector do, in a JVM that may be lost.
 */
final class TrialProcess {

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int POLL_MILLIS = 50;

  /** For OpenVINO itself and the activations of any detector. */
  private static final long BASE_BYTES = 2L << 30;

  /** Copies of the weights: as read, as converted, as compiled. */
  private static final int COPIES = 6;

  /** A process that a signal ended is said to have returned 128 and the signal. */
  private static final int SIGNALLED = 128;

  /**
   * How a process ended.
   *
   * @param passed whether all went well; it also may not have started, or have met an error that
   *     will come again
   * @param loss what OpenVINO did to the process, in words that follow its name; empty if it ended
   *     by itself
   */
  record Outcome(boolean passed, String loss) {}

  /** Tries a model. */
  static Outcome run(Path onnx, long bytes) throws IOException {
    Process process =
        new ProcessBuilder(
                SecondJvm.command(
                    List.of("-Xmx512m"),
                    crashLog(onnx),
                    TrialProcess.class.getName(),
                    onnx.toString()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long most = BASE_BYTES + COPIES * bytes;
    try {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() > deadline) {
          return new Outcome(false, "does not end within %d s".formatted(LIMIT.toSeconds()));
        }
        if (resident(process) > most) {
          return new Outcome(false, "takes more than %d MiB for it".formatted(most >> 20));
        }
      }
      return Files.exists(crashLog(onnx)) || process.exitValue() > SIGNALLED
          ? new Outcome(false, "crashes on it")
          : new Outcome(process.exitValue() == 0, "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static long resident(Process process) {
    try {
      return ProcessUsage.of(process.pid()).resident();
    } catch (IOException e) {
      return 0; // it has ended
    }
  }

  /** What a JVM leaves when native code crashes. */
  private static Path crashLog(Path onnx) {
    return onnx.resolveSibling("crash.log");
  }

  /** What the other process does; it ends when this one does. */
  public static void main(String[] arguments) throws IOException {
    Thread parent = new Thread(TrialProcess::endWithParent, "ovkit-parent");
    parent.setDaemon(true);
    parent.start();
    Path onnx = Path.of(arguments[0]);
    Path xml = onnx.resolveSibling("foreign.xml");
    try (ModelEditor editor = ModelEditor.ofOnnx(Files.readAllBytes(onnx))) {
      editor.compress(GraphMaker.EXACT_SHARE);
      editor.save(xml);
    }
    try (Core core = Core.create();
        Model model = core.readModel(xml);
        CompiledModel compiled = core.compile(model, CompileOptions.defaults())) {
      compiled.inputs();
    }
  }

  private static void endWithParent() {
    try {
      if (System.in.read() < 0) {
        Runtime.getRuntime().halt(1);
      }
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
  }

  private TrialProcess() {}
}
