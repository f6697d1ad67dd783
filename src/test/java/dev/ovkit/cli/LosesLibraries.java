package dev.ovkit.cli;

import dev.ovkit.nativelib.NativeRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The command, whose libraries go after OpenVINO has started and before anything else has. */
public final class LosesLibraries {

  /** Renames the folder of the libraries, which is the first argument. */
  public static void main(String... arguments) throws IOException {
    if (NativeRuntime.current() instanceof NativeRuntime.Missing missing) {
      throw new IOException(missing.message());
    }
    Path folder = Path.of(arguments[0]);
    Files.move(folder, folder.resolveSibling("gone"));
    Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  private LosesLibraries() {}
}
