package dev.ovkit.nativelib.presets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads JNI libraries from the folder where they lie.
 *
 * <p>The JVM lets one class loader have a JNI library, by its path. Another one, as in an
 * application server that starts a program again, gets a copy of that file, which is deleted as
 * soon as it is loaded. Only JNI libraries need this: what they link against, OpenVINO above all,
 * is in the process once.
 *
 * <p>It knows nothing of the search for the folder, because the presets are compiled before the
 * classes that search exist. JavaCPP's own loader is not asked: it would go through annotations and
 * all of the class path for every class of the bindings.
 */
public final class InPlace {

  /** How the name of a copy begins; one that is left was left by a JVM that was killed. */
  public static final String COPY = ".jni-";

  private static @Nullable Path folder;
  private static List<Path> placesForCopies = List.of();
  private static final Set<String> LOADED = new HashSet<>();

  /**
   * Says where the libraries lie; before the first binding class loads.
   *
   * @param copies folders in which a copy may be made, the best first; they need not be there
   */
  public static synchronized void use(Path directory, List<Path> copies) {
    folder = directory;
    placesForCopies = List.copyOf(copies);
  }

  /**
   * Loads a library, once. Where nobody has said where it lies, as when the build reads the
   * bindings, there is nothing to load.
   *
   * @throws UnsatisfiedLinkError if neither it nor a copy can be loaded
   */
  public static synchronized void load(String name) {
    Path directory = folder;
    if (directory == null || LOADED.contains(name)) {
      return;
    }
    Path library = directory.resolve(name);
    try {
      System.load(library.toString());
    } catch (UnsatisfiedLinkError e) {
      if (!isTakenByAnotherClassLoader(e)) {
        throw e;
      }
      loadCopy(library);
    }
    LOADED.add(name);
  }

  /** The JVM has no other sign of it than these words, the same ones from 17 to 25. */
  private static boolean isTakenByAnotherClassLoader(UnsatisfiedLinkError e) {
    return String.valueOf(e.getMessage()).contains("already loaded in another classloader");
  }

  private static void loadCopy(Path library) {
    StringBuilder tried = new StringBuilder();
    for (Path place : placesForCopies) {
      try {
        Files.createDirectories(place);
        Path copy = Files.createTempFile(place, COPY, ".so");
        try {
          Files.write(copy, Files.readAllBytes(library));
          System.load(copy.toString());
          return;
        } finally {
          Files.delete(copy);
        }
      } catch (IOException | UnsatisfiedLinkError e) {
        tried.append("; ").append(place).append(": ").append(e.getMessage());
      }
    }
    throw new UnsatisfiedLinkError(
        "another class loader of this JVM has loaded %s, so this one needs its own copy, which could not be made%s (set OVKIT_CACHE_DIR to a writable folder that is not mounted noexec)"
            .formatted(library, tried));
  }

  private InPlace() {}
}
