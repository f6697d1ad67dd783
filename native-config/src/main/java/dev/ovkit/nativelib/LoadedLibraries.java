package dev.ovkit.nativelib;

import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.openvino.ov_version_t;
import dev.ovkit.nativelib.presets.InPlace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Loads OpenVINO once and checks that it is the version the bindings were made for. */
final class LoadedLibraries {

  static final NativeRuntime RESULT = load(LibrarySearch.ofThisJvm().run());

  private static NativeRuntime load(NativeRuntime searched) {
    return searched instanceof NativeRuntime.Found found ? load(found) : searched;
  }

  private static NativeRuntime load(NativeRuntime.Found found) {
    // JavaCPP refuses an allocation once the process is larger than four heaps, which a small heap
    // beside OpenVINO's memory always is.
    if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null
        && System.getProperty("org.bytedeco.javacpp.maxphysicalbytes") == null) {
      System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    }
    InPlace.use(found.directory(), placesForCopies());
    try {
      String build;
      try (ov_version_t version = new ov_version_t()) {
        OpenVino.ov_get_openvino_version(version);
        build = version.buildNumber().getString();
        OpenVino.ov_version_free(version);
      }
      if (!build.startsWith(NativeRuntime.OPENVINO_VERSION)) {
        return new NativeRuntime.Missing(
            "OpenVINO %s is needed, but the libraries in %s have version %s"
                .formatted(NativeRuntime.OPENVINO_VERSION, found.directory(), build));
      }
      return found;
    } catch (LinkageError e) {
      Optional<String> loss = LibraryList.OF_THIS_BUILD.lossOf(found.directory());
      if (loss.isPresent()) {
        return new NativeRuntime.Missing(loss.get());
      }
      String reason = reason(e);
      String remedy =
          reason.contains("class loader")
              ? ""
              : "; the folder must not be mounted noexec, and the system needs glibc 2.35 and"
                  + " libstdc++ of GCC 12 (Ubuntu 22.04, Debian 12 or newer)";
      return new NativeRuntime.Missing(
          "the libraries in %s (%s) cannot be loaded: %s%s"
              .formatted(found.directory(), found.origin(), reason, remedy));
    }
  }

  private static List<Path> placesForCopies() {
    List<Path> places = new ArrayList<>();
    UserCache.directory().ifPresent(places::add);
    places.add(Path.of(System.getProperty("java.io.tmpdir")));
    return places;
  }

  private static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private LoadedLibraries() {}
}
