package dev.ovkit.internal.process;

import dev.ovkit.internal.files.Sha256;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.UserCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The models that have passed in a {@link GuardedProcess} with this OpenVINO, by their hashes, in
 * the user's cache.
 */
public final class TriedModels {

  private static final String FOLDER = "tried";

  /** Whether a model has passed. */
  public static boolean contains(String sha256) {
    return mark(sha256).filter(Files::exists).isPresent();
  }

  /** Remembers a model; where there is no place for it, it is tried again the next time. */
  public static void add(String sha256) {
    mark(sha256).ifPresent(TriedModels::write);
  }

  private static void write(Path mark) {
    try {
      Files.createDirectories(mark.resolve("..").normalize());
      Files.write(mark, new byte[0]);
    } catch (IOException e) {
      return;
    }
  }

  private static Optional<Path> mark(String sha256) {
    byte[] key = (NativeRuntime.OPENVINO_VERSION + "\n" + sha256).getBytes(StandardCharsets.UTF_8);
    return UserCache.directory().map(cache -> cache.resolve(FOLDER).resolve(Sha256.of(key)));
  }

  private TriedModels() {}
}
