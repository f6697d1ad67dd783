package dev.ovkit.nativelib;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether this machine has an OpenVINO that ovkit can use; decided once, remembered for the life of
 * the JVM.
 *
 * <p>Places are searched in this order, and the first that is given or there decides:
 *
 * <ol>
 *   <li>the explicit directory: system property {@code ovkit.native.dir}, else environment variable
 *       {@code OVKIT_NATIVE_DIR};
 *   <li>beside the application: {@code native/linux-x86_64} in the folder that holds this class's
 *       jar, or in that folder's parent;
 *   <li>the copy inside {@code ovkit-native-…-linux-x86_64.jar}, unpacked once to {@code
 *       native-<hash>} in the cache directory: system property {@code ovkit.cache.dir}, else {@code
 *       OVKIT_CACHE_DIR}, else {@code $XDG_CACHE_HOME/ovkit}, else {@code ~/.cache/ovkit}.
 * </ol>
 *
 * <p>Libraries load from where they lie. Before the first of them is touched, CPU and files are
 * checked, so that a wrong machine or a half-copied folder is a message and not a crash.
 */
public sealed interface NativeRuntime {

  /** The version of OpenVINO that ovkit is built and tested with. */
  String OPENVINO_VERSION = LibraryList.OF_THIS_BUILD.openvino();

  /**
   * Usable libraries.
   *
   * @param directory where they lie
   * @param origin which step of the search found them
   */
  record Found(Path directory, String origin) implements NativeRuntime {}

  /**
   * No usable libraries.
   *
   * @param message why, with every place searched and what was found there; several lines
   */
  record Missing(String message) implements NativeRuntime {}

  /** Returns what was found on the first call, when it searches and loads OpenVINO; any thread. */
  static NativeRuntime current() {
    return LoadedLibraries.RESULT;
  }

  /**
   * Returns what has become of the libraries since they were found, if they are not all there any
   * more: a reason for a failure that no native message names.
   */
  static Optional<String> loss() {
    return current() instanceof Found found
        ? LibraryList.OF_THIS_BUILD.lossOf(found.directory())
        : Optional.empty();
  }

  /** Returns the names of the libraries that a box needs to run an IR, sorted. */
  static List<String> librariesOfABox() {
    return LibraryList.OF_THIS_BUILD.entries().stream()
        .filter(entry -> !entry.optional())
        .map(LibraryList.Entry::name)
        .sorted()
        .toList();
  }
}
