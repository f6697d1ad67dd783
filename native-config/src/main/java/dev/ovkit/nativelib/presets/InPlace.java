package dev.ovkit.nativelib.presets;

import java.nio.file.Path;
import org.bytedeco.javacpp.ClassProperties;
import org.jspecify.annotations.Nullable;

/**
 * Makes JavaCPP load libraries from the folder where they lie, without a copy.
 *
 * <p>It knows nothing of the search for that folder, because the presets are compiled before the
 * classes that search exist.
 */
public final class InPlace {

  private static volatile @Nullable Path folder;

  /** Says where the libraries lie; before the first binding class loads. */
  public static void use(Path directory) {
    folder = directory;
  }

  static void init(ClassProperties properties) {
    Path directory = folder;
    if (directory != null) {
      properties.addAll("platform.linkpath", directory.toString());
    }
  }

  private InPlace() {}
}
