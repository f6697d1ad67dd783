package dev.ovkit.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Runs the command as a user does and keeps what it said. */
record Cli(int exitCode, String out, String err) {

  static Cli run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Cli(exitCode, out.toString(), err.toString());
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
