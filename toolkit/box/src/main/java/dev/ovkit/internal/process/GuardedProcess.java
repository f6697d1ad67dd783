package dev.ovkit.internal.process;

import dev.ovkit.machine.ProcessUsage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link SecondJvm} that may crash, hang or eat all memory, and is watched and ended. */
public final class GuardedProcess {

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int POLL_MILLIS = 50;

  /** A process that a signal ended is said to have returned 128 and the signal. */
  private static final int SIGNALLED = 128;

  /** For OpenVINO itself and the activations of any detector. */
  private static final long BASE_BYTES = 2L << 30;

  private static final int MOST_SAID = 1 << 16;

  /** Copies of the weights: as read, as converted, as compiled. */
  private static final int COPIES = 6;

  /**
   * How a process ended.
   *
   * @param passed whether all went well; it also may not have started, or have met an error that
   *     will come again
   * @param loss what OpenVINO did to the process, in words that follow its name; empty if it ended
   *     by itself
   * @param said the last line that it wrote to stderr; empty if there is none
   */
  public record Outcome(boolean passed, String loss, String said) {

    private static Outcome lost(String how) {
      return new Outcome(false, how, "");
    }
  }

  /**
   * Runs a class on a model, in a JVM that may be lost.
   *
   * @param mainClass one that calls {@link #endWithParent} first
   * @param model its argument
   * @param bytes of the model's weights, by which the memory that it may take is known
   * @param folder an empty one, for what it writes and what a crash leaves
   */
  public static Outcome run(String mainClass, Path model, long bytes, Path folder)
      throws IOException {
    Path crashLog = folder.resolve("crash.log");
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(
                SecondJvm.command(List.of("-Xmx512m"), crashLog, mainClass, model.toString()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(said.toFile())
            .start();
    long most = BASE_BYTES + COPIES * bytes;
    try {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() > deadline) {
          return Outcome.lost("does not end within %d s".formatted(LIMIT.toSeconds()));
        }
        if (resident(process) > most) {
          return Outcome.lost("takes more than %d MiB for it".formatted(most >> 20));
        }
      }
      return Files.exists(crashLog) || process.exitValue() > SIGNALLED
          ? Outcome.lost("crashes on it")
          : new Outcome(process.exitValue() == 0, "", lastLine(said));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String lastLine(Path said) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(said)) {
      bytes = in.readNBytes(MOST_SAID);
    }
    return new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .reduce("", (first, second) -> second)
        .strip();
  }

  private static long resident(Process process) {
    try {
      return ProcessUsage.of(process.pid()).resident();
    } catch (IOException e) {
      return 0; // it has ended
    }
  }

  /** Called by the second JVM: it ends when the one that started it does. */
  public static void endWithParent() {
    Thread parent = new Thread(GuardedProcess::awaitParent, "ovkit-parent");
    parent.setDaemon(true);
    parent.start();
  }

  private static void awaitParent() {
    try {
      if (System.in.read() < 0) {
        Runtime.getRuntime().halt(1);
      }
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
  }

  private GuardedProcess() {}
}
