package dev.ovkit.nativelib.presets;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads libraries from the folder where they lie, without a copy.
 *
 * <p>It knows nothing of the search for that folder, because the presets are compiled before the
 * classes that search exist. JavaCPP's own loader is not asked: it would go through annotations and
 * all of the class path for every class of the bindings.
 */
public final class InPlace {

  private static @Nullable Path folder;
  private static final Set<String> LOADED = new HashSet<>();

  /** Says where the libraries lie; before the first binding class loads. */
  public static synchronized void use(Path directory) {
    folder = directory;
  }

  /**
   * Loads libraries in this order, each once. Where nobody has said where they lie, as when the
   * build reads the bindings, there is nothing to load.
   */
  static synchronized void load(String... names) {
    Path directory = folder;
    if (directory == null) {
      return;
    }
    for (String name : names) {
      if (!LOADED.contains(name)) {
        System.load(directory.resolve(name).toString());
        LOADED.add(name);
      }
    }
  }

  private InPlace() {}
}
