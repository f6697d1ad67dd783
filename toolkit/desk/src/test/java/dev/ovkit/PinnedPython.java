package dev.ovkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Python 3.11 with the packages of one file of {@code converter-scripts/requirements}, to run a
 * script from {@code converter-scripts}.
 *
 * <p>The packages are put into {@code target/NAME-env} once, unless {@code -Dovkit.NAME.python}
 * names a Python that has them. Where they cannot be had, the test is skipped and says why.
 *
 * @param name of the requirements, without ending
 */
public record PinnedPython(String name) {

  private static final Path SCRIPTS = Path.of("../../converter-scripts").toAbsolutePath();
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  /** Runs Python in {@code converter-scripts} and returns what it printed. */
  public String run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(python()));
    command.addAll(arguments);
    Run run = Run.of(command, SCRIPTS);
    if (run.exitCode() != 0) {
      throw new AssertionError(String.join(" ", command) + " failed: " + run.err());
    }
    return run.out();
  }

  private String python() throws Exception {
    String given = System.getProperty("ovkit." + name + ".python");
    if (given != null) {
      return given;
    }
    // Test classes run in several processes: one makes the environment, the others wait for it.
    try (FileChannel lock =
            FileChannel.open(
                TARGET.resolve(name + "-env.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      return made();
    }
  }

  /** Returns Python in the environment, which only the holder of the lock may make. */
  private String made() throws Exception {
    Path requirements = SCRIPTS.resolve("requirements/" + name + ".txt");
    Path environment = TARGET.resolve(name + "-env");
    Path python = environment.resolve("bin/python");
    Path done = environment.resolve("requirements.txt");
    if (Files.exists(done) && Files.mismatch(done, requirements) == -1) {
      return python.toString();
    }
    String minor = "import sys; print('%d.%d' % sys.version_info[:2])";
    step("python3 is missing", List.of("python3", "-c", minor), "3.11");
    step(
        "python3 cannot make an environment (python3-venv is missing?)",
        List.of("python3", "-m", "venv", "--clear", environment.toString()),
        "");
    step(
        "pip cannot fetch the packages",
        List.of(
            python.toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--no-deps",
            "--only-binary=:all:",
            "-r",
            requirements.toString()),
        "");
    Files.copy(requirements, done);
    return python.toString();
  }

  /** Skips the test unless the command succeeds and says what is expected. */
  private void step(String trouble, List<String> command, String expected)
      throws InterruptedException {
    String reason;
    try {
      Run run = Run.of(command, TARGET);
      if (run.exitCode() == 0 && run.out().strip().startsWith(expected)) {
        return;
      }
      reason =
          run.exitCode() == 0
              ? "python3 is " + run.out().strip() + ", the packages are for " + expected
              : trouble + ": " + run.err().strip();
    } catch (IOException e) {
      reason = trouble + ": " + e.getMessage();
    }
    String why =
        "no Python for %s: %s; -Dovkit.%s.python names another Python"
            .formatted(name, reason, name);
    System.out.println("SKIPPED: " + why);
    Assumptions.abort(why);
  }

  private record Run(int exitCode, String out, String err) {

    static Run of(List<String> command, Path directory) throws IOException, InterruptedException {
      Path err = Files.createTempFile("python", ".err");
      Path out = Files.createTempFile("python", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(err.toFile())
                .redirectOutput(out.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
          process.destroyForcibly();
          throw new IOException(command.get(0) + " took more than ten minutes");
        }
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.deleteIfExists(err);
        Files.deleteIfExists(out);
      }
    }
  }
}
