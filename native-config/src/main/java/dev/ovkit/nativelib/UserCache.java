package dev.ovkit.nativelib;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The user's folder for what ovkit makes once and uses often: {@code -Dovkit.cache.dir}, {@code
 * OVKIT_CACHE_DIR}, {@code XDG_CACHE_HOME/ovkit}, {@code ~/.cache/ovkit}, the first that is set.
 */
public final class UserCache {

  /** Returns the folder, which need not be there yet; empty if there is no home either. */
  public static Optional<Path> directory() {
    @Nullable Path given = LibrarySearch.setting("ovkit.cache.dir", "OVKIT_CACHE_DIR");
    if (given != null) {
      return Optional.of(given);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && !xdg.isBlank()) {
      return Optional.of(Path.of(xdg, "ovkit"));
    }
    String home = System.getProperty("user.home");
    return home == null || home.isBlank() || !Files.isDirectory(Path.of(home))
        ? Optional.empty()
        : Optional.of(Path.of(home, ".cache", "ovkit"));
  }

  private UserCache() {}
}
