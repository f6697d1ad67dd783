package dev.ovkit.nativelib;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The search described at {@link NativeRuntime}, as a value that tests can fill with other places.
 *
 * @param machine the machine's answer: what is wrong with it, or nothing
 * @param list the libraries of this build
 * @param explicit the directory that somebody asked for
 * @param beside the directories beside the application
 * @param cache where the jar's own copy is unpacked
 * @param jarCopy opens a library inside the jar, or returns null where there is none
 */
record LibrarySearch(
    Optional<String> machine,
    LibraryList list,
    @Nullable Path explicit,
    List<Path> beside,
    @Nullable Path cache,
    Function<String, @Nullable InputStream> jarCopy) {

  static final String FOLDER = "native/linux-x86_64";

  static LibrarySearch ofThisJvm() {
    Path explicit = setting("ovkit.native.dir", "OVKIT_NATIVE_DIR");
    return new LibrarySearch(
        Machine.ofThisJvm().complaint(),
        LibraryList.OF_THIS_BUILD,
        explicit,
        besideTheApplication(),
        UserCache.directory().orElse(null),
        // Asked of the class loader: a class sees only the resources of its own module.
        name -> LibrarySearch.class.getClassLoader().getResourceAsStream(FOLDER + "/" + name));
  }

  NativeRuntime run() {
    if (machine.isPresent()) {
      return new NativeRuntime.Missing(machine.get());
    }
    List<String> searched = new ArrayList<>();
    if (explicit != null) {
      Optional<String> complaint = list.complaintAbout(explicit);
      if (complaint.isEmpty()) {
        return new NativeRuntime.Found(explicit, "explicit directory");
      }
      // Somebody asked for this place: another one would hide the mistake.
      searched.add("explicit directory %s: %s".formatted(explicit, complaint.get()));
      return missing(searched);
    }
    searched.add("explicit directory (-Dovkit.native.dir, OVKIT_NATIVE_DIR): not given");
    for (Path directory : beside) {
      Optional<String> complaint = list.complaintAbout(directory);
      if (complaint.isEmpty()) {
        return new NativeRuntime.Found(directory, "beside the application");
      }
      searched.add("beside the application %s: %s".formatted(directory, complaint.get()));
    }
    if (!inJar(list.withoutTheDesk())) {
      searched.add("the jar's own copy: ovkit-native-…-linux-x86_64.jar is not on the class path");
      return missing(searched);
    }
    if (cache == null) {
      searched.add("the jar's own copy: no cache directory (HOME is not set; set OVKIT_CACHE_DIR)");
      return missing(searched);
    }
    try {
      return new NativeRuntime.Found(
          new LibraryCache(cache, inJar(list) ? list : list.withoutTheDesk()).directory(jarCopy),
          "the jar's own copy");
    } catch (IOException | UncheckedIOException e) {
      searched.add(
          "the jar's own copy: cannot be unpacked to %s: %s (set OVKIT_CACHE_DIR to a writable folder)"
              .formatted(cache, e));
      return missing(searched);
    }
  }

  private boolean inJar(LibraryList wanted) {
    for (LibraryList.Entry entry : wanted.entries()) {
      try (InputStream in = jarCopy.apply(entry.name())) {
        if (in == null) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  private static NativeRuntime missing(List<String> searched) {
    return new NativeRuntime.Missing(
        "no usable OpenVINO %s runtime; searched:\n  %s"
            .formatted(NativeRuntime.OPENVINO_VERSION, String.join("\n  ", searched)));
  }

  private static List<Path> besideTheApplication() {
    CodeSource source = LibrarySearch.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return List.of();
    }
    try {
      Path jarOrClasses = Path.of(source.getLocation().toURI());
      Path folder = jarOrClasses.getParent();
      if (folder == null) {
        return List.of();
      }
      List<Path> places = new ArrayList<>();
      places.add(folder.resolve(FOLDER));
      if (folder.getParent() != null) {
        places.add(folder.getParent().resolve(FOLDER));
      }
      return places;
    } catch (URISyntaxException
        | IllegalArgumentException
        | java.nio.file.FileSystemNotFoundException e) {
      return List.of(); // not a file: a nested jar, a class loader of its own
    }
  }

  static @Nullable Path setting(String property, String variable) {
    String value = System.getProperty(property, System.getenv(variable));
    return value == null || value.isBlank() ? null : Path.of(value).toAbsolutePath().normalize();
  }
}
