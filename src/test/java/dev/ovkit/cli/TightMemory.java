package dev.ovkit.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The command in a process that may hardly grow any more. */
public final class TightMemory {

  private static final int PAGE = 4096;

  /** Takes the bytes that are left, the line that is run before that, and the line that counts. */
  public static void main(String... arguments) throws IOException, InterruptedException {
    long left = Long.parseLong(arguments[0]);
    String[] line = Arrays.copyOfRange(arguments, 1, arguments.length);
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Main.run(nowhere, nowhere, Arrays.copyOf(line, 3)); // all libraries, threads and code
    String used = Files.readString(Path.of("/proc/self/statm")).split(" ")[0];
    long most = Long.parseLong(used) * PAGE + left;
    int limited =
        new ProcessBuilder(
                "prlimit",
                "--pid=" + ProcessHandle.current().pid(),
                "--as=%d:%d".formatted(most, most))
            .inheritIO()
            .start()
            .waitFor();
    if (limited != 0) {
      throw new IOException("prlimit ended with " + limited);
    }
    Main.main(line);
  }

  private TightMemory() {}
}
