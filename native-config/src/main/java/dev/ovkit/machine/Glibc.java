package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The C library that this JVM runs on, found without native code. */
public final class Glibc {

  private static final Pattern LIBRARY = Pattern.compile("/\\S*/libc[.-][^/]*so\\S*");

  /** The words that {@code libc.so.6} prints when it is run. */
  private static final Pattern BANNER = Pattern.compile("release version (\\d+\\.\\d+)");

  /** Returns the version as in 2.35, empty where it cannot be found. */
  public static String version() {
    return MappedFiles.here().paths().stream()
        .filter(path -> LIBRARY.matcher(path).matches())
        .findFirst()
        .map(path -> BANNER.matcher(KernelFiles.text(Path.of(path))))
        .filter(Matcher::find)
        .map(banner -> banner.group(1))
        .orElse("");
  }

  private Glibc() {}
}
