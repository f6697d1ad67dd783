package dev.ovkit.python;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * A child process that has ended.
 *
 * @param exitCode its exit code
 * @param out its standard output
 * @param tail the last lines of its standard error that are not blank
 */
record Child(int exitCode, String out, List<String> tail) {

  private static final int KEPT_LINES = 40;

  Child {
    tail = List.copyOf(tail);
  }

  /**
   * Runs a command to its end. Nothing is fed to it, and it dies with an interrupt of this thread.
   *
   * @param environment the whole of it
   * @param log is given each line of standard error, on this thread
   * @throws IOException if it cannot be started
   */
  static Child run(
      List<String> command, Path directory, Map<String, String> environment, Consumer<String> log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      CompletableFuture<String> out =
          CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
      Deque<String> tail = new ArrayDeque<>();
      try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
        for (String line = err.readLine(); line != null; line = err.readLine()) {
          log.accept(line);
          if (!line.isBlank()) {
            tail.addLast(line.strip());
          }
          if (tail.size() > KEPT_LINES) {
            tail.removeFirst();
          }
        }
      }
      return new Child(process.waitFor(), out.get(), new ArrayList<>(tail));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String text(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last line that it left on standard error. */
  String lastLine() {
    return tail.isEmpty()
        ? "it ended with exit code %d and printed nothing".formatted(exitCode)
        : tail.get(tail.size() - 1);
  }
}
