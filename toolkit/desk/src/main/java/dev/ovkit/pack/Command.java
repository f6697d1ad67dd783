package dev.ovkit.pack;

import dev.ovkit.OutputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs a program in an environment that is the same for everybody. */
final class Command {

  private static final int LINES_TOLD = 8;

  /**
   * Runs a program to its end and returns what it printed.
   *
   * @param what it is for, as in "the JRE cannot be made"
   */
  static String run(String what, Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("LANG", "C");
    builder.environment().put("TZ", "UTC");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        List<String> lines = printed.lines().toList();
        throw new OutputException(
            "%s: %s ended with exit code %d: %s"
                .formatted(
                    what,
                    Path.of(command.get(0)).getFileName(),
                    exitCode,
                    String.join(
                        " / ",
                        lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()))));
      }
      return printed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutputException(what + ": interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private Command() {}
}
