package dev.ovkit.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs the self-test of a bundle in a process of its own, by its own launcher: a native crash then
 * fails the test and does not end the caller.
 */
public final class SelfTestProcess {

  /** The option of {@code ovkit self-test} that makes it run in the process itself. */
  public static final String IN_THIS_PROCESS = "--in-this-process";

  /** Enough for a slow box with a large model; a test that takes longer hangs. */
  public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

  private static final String LAUNCHER = "bin/ovkit";
  private static final int MOST_BYTES = 1 << 20;
  private static final int SIGNALLED = 128;

  /** The time to read what is already in a pipe. */
  private static final Duration READING = Duration.ofSeconds(5);

  /**
   * Runs the self-test. Check the bundle's files before: its launcher is run as it is.
   *
   * @throws BundleException if there is no report: it crashed, hung, or could not be started
   */
  public static SelfTestReport run(Path bundle, Duration limit) {
    Path folder = bundle.toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(
            folder.resolve(LAUNCHER).toString(), "self-test", IN_THIS_PROCESS, "--json");
    // The bundle's own settings count, not those of the installing process.
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(
            name ->
                name.startsWith("OVKIT_")
                    || name.startsWith("LD_")
                    || name.endsWith("JAVA_OPTIONS")
                    || name.equals("JAVA_TOOL_OPTIONS")
                    || name.equals("CLASSPATH"));
    Process process;
    try {
      process = builder.directory(folder.toFile()).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new BundleException(
          "the self-test of '%s' cannot be started: %s".formatted(bundle, e.getMessage()), e);
    }
    CompletableFuture<byte[]> out = all(process.getInputStream());
    CompletableFuture<byte[]> err = all(process.getErrorStream());
    waitFor(process, limit, bundle);
    int exitCode = process.exitValue();
    byte[] said = bytes(out);
    if (exitCode > SIGNALLED) {
      throw new BundleException(
          "the self-test of '%s' crashed (signal %d)%s"
              .formatted(bundle, exitCode - SIGNALLED, tail(bytes(err))));
    }
    SelfTestReport report;
    try {
      report = SelfTestReport.parse(said);
    } catch (BundleException e) {
      throw new BundleException(
          "the self-test of '%s' ended with exit code %d and no report%s"
              .formatted(bundle, exitCode, tail(bytes(err))),
          e);
    }
    if (report.holds() && exitCode != 0) {
      throw new BundleException(
          "the self-test of '%s' passed, but its exit code is %d%s"
              .formatted(bundle, exitCode, tail(bytes(err))));
    }
    return report;
  }

  private static void waitFor(Process process, Duration limit, Path bundle) {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      destroy(process);
      throw new BundleException(
          "the self-test of '%s' did not end within %d s".formatted(bundle, limit.toSeconds()));
    } catch (InterruptedException e) {
      destroy(process);
      Thread.currentThread().interrupt();
      throw new BundleException("the self-test of '%s' was interrupted".formatted(bundle), e);
    }
  }

  /** Not for a process that ended by itself: this closes its output, which may not be read yet. */
  private static void destroy(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Returns the output of an ended process; nothing if a process that it left holds it open. */
  private static byte[] bytes(CompletableFuture<byte[]> output) {
    return output
        .completeOnTimeout(new byte[0], READING.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(failure -> new byte[0])
        .join();
  }

  private static CompletableFuture<byte[]> all(InputStream in) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (in) {
            byte[] first = in.readNBytes(MOST_BYTES);
            in.transferTo(OutputStream.nullOutputStream()); // or the child would wait for room
            return first;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        SelfTestProcess::inDaemon);
  }

  private static void inDaemon(Runnable task) {
    Thread thread = new Thread(task, "ovkit-self-test-output");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns the end of what it wrote to stderr, in one line. */
  private static String tail(byte[] err) {
    String text = new String(err, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
    if (text.isEmpty()) {
      return "";
    }
    return ": " + (text.length() > 400 ? "…" + text.substring(text.length() - 400) : text);
  }

  private SelfTestProcess() {}
}
