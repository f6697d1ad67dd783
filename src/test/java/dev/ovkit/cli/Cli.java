package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Runs the command as a user does and keeps what it said. */
record Cli(int exitCode, String out, String err) {

  static Cli run(Object... arguments) {
    return run(Main::run, arguments);
  }

  /** Runs the command of a bundle. */
  static Cli box(Object... arguments) {
    return run(BoxMain::run, arguments);
  }

  private static Cli run(Program.Runner program, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int exitCode = program.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Cli(exitCode, out.toString(), err.toString());
  }

  /** Asserts that the command failed with this message, the whole of it, and nothing else. */
  void failsWith(int expectedExitCode, String message) {
    assertThat(err).isEqualTo("ovkit: " + message + System.lineSeparator());
    assertThat(out).isEmpty();
    assertThat(exitCode).isEqualTo(expectedExitCode);
  }

  /** Asserts that the command was not understood, and said so in this message and a pointer. */
  void isWrongUsage(String message, String command) {
    failsWith(
        ExitCode.WRONG_USAGE, message + System.lineSeparator() + "Try '" + command + " --help'.");
  }

  /**
   * Asserts that the command succeeded and printed nothing on stderr but assumptions; returns
   * stdout.
   */
  String done() {
    assertThat(err.lines())
        .allMatch(
            line ->
                line.startsWith("ovkit: assumed: ")
                    || line.startsWith("ovkit: check the boxes on pictures"));
    assertThat(exitCode).isEqualTo(ExitCode.DONE);
    return out;
  }

  /** Everything below a folder, to see that a failed command leaves nothing. */
  static List<String> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /**
   * The shared models and pictures; a test that needs them skips where they are not, and says so.
   */
  static Path shared() {
    Path shared = Path.of(System.getProperty("ovkit.shared.dir", "../../shared")).normalize();
    boolean there = Files.isDirectory(shared.resolve("models"));
    if (!there) {
      System.out.println("SKIPPED: no shared models and pictures at " + shared);
    }
    Assumptions.assumeTrue(there, "no shared models and pictures at " + shared);
    return shared;
  }
}
