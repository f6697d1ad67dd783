package dev.ovkit.video.decode;

import dev.ovkit.RuntimeUnavailableException;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * FFmpeg's libraries, loaded once and in place.
 *
 * <p>Places are searched in this order: {@code -Dovkit.video.dir} or {@code OVKIT_VIDEO_DIR}, which
 * alone decides if it is given; {@code native/linux-x86_64} beside the application; the folder that
 * OpenVINO is loaded from; the copy inside {@code ovkit-video-…-linux-x86_64.jar}, unpacked once
 * into the user's cache.
 */
public final class FfmpegLibraries {

  private static final String FOLDER = "native/linux-x86_64";

  /** Ours, which {@link WebcamDevice} calls. */
  private static final String WEBCAM = "libovkit_webcam.so";

  /** In the order in which they need each other; JavaCPP alone would unpack them elsewhere. */
  private static final List<String> LIBRARIES =
      List.of(
          "libdrm.so.2",
          "libva.so.2",
          "libva-drm.so.2",
          "libavutil.so.60",
          "libswresample.so.6",
          "libavcodec.so.62",
          "libavformat.so.62",
          "libswscale.so.9",
          WEBCAM);

  /** The classes of the bindings, each with a library of its own, in the same order. */
  private static final List<Class<?>> BINDINGS =
      List.of(avutil.class, swresample.class, avcodec.class, avformat.class, swscale.class);

  /**
   * What loading has come to; remembered for the life of the JVM.
   *
   * @param folder where they are; null if they were not found
   * @param complaint why they cannot be used; null if they can
   */
  private record Loaded(@Nullable Path folder, @Nullable String complaint) {}

  private static final Loaded LOADED = load();

  /**
   * Makes sure that FFmpeg can be called.
   *
   * @throws RuntimeUnavailableException when it cannot
   */
  static void require() {
    if (LOADED.complaint != null) {
      throw new RuntimeUnavailableException(LOADED.complaint);
    }
  }

  /**
   * Returns all libraries that video needs, for somebody who packs them.
   *
   * @throws RuntimeUnavailableException when they cannot be used here
   */
  public static List<Path> files() {
    require();
    Path folder = java.util.Objects.requireNonNull(LOADED.folder);
    return names().stream().map(folder::resolve).toList();
  }

  private static Loaded load() {
    NativeRuntime.current(); // which also keeps JavaCPP from counting the process's memory
    List<String> searched = new ArrayList<>();
    @Nullable Path folder = find(searched);
    if (folder == null) {
      return new Loaded(
          null, "no usable FFmpeg libraries; searched:\n  " + String.join("\n  ", searched));
    }
    try {
      for (String library : LIBRARIES) {
        System.load(folder.resolve(library).toString());
      }
      bind(folder);
    } catch (LinkageError | MalformedURLException e) {
      return new Loaded(folder, complaint(folder, String.valueOf(e.getMessage())));
    }
    avutil.av_log_set_level(avutil.AV_LOG_QUIET); // ovkit reports errors itself
    return new Loaded(folder, null);
  }

  /** Registers the loaded libraries with JavaCPP, which then does not look for them in jars. */
  private static void bind(Path folder) throws MalformedURLException {
    for (Class<?> binding : BINDINGS) {
      URL[] place = {folder.resolve(library(binding)).toUri().toURL()};
      Loader.loadLibrary(binding, place, "jni" + binding.getSimpleName());
    }
  }

  private static String library(Class<?> binding) {
    return "libjni%s.so".formatted(binding.getSimpleName());
  }

  static String complaint(Path folder, String message) {
    if (message.contains("libudev.so.1")) {
      return "FFmpeg needs libudev.so.1, which this machine does not have; on Debian or Ubuntu: apt-get install libudev1";
    }
    return "the FFmpeg libraries in %s cannot be loaded: %s; they need glibc 2.35 (Ubuntu 22.04, Debian 12 or newer)"
        .formatted(folder, message);
  }

  private static @Nullable Path find(List<String> searched) {
    String given = System.getProperty("ovkit.video.dir", System.getenv("OVKIT_VIDEO_DIR"));
    if (given != null && !given.isBlank()) {
      Path folder = Path.of(given).toAbsolutePath().normalize();
      // The user named this folder: another one would hide the mistake.
      return isWhole(folder, "explicit directory", searched) ? folder : null;
    }
    searched.add("explicit directory (-Dovkit.video.dir, OVKIT_VIDEO_DIR): not given");
    for (Path folder : besideTheApplication()) {
      if (isWhole(folder, "beside the application", searched)) {
        return folder;
      }
    }
    if (NativeRuntime.current() instanceof NativeRuntime.Found found
        && isWhole(found.directory(), "beside OpenVINO", searched)) {
      return found.directory();
    }
    return fromJar(searched);
  }

  private static boolean isWhole(Path folder, String what, List<String> searched) {
    for (String name : names()) {
      if (!Files.isRegularFile(folder.resolve(name))) {
        searched.add("%s %s: %s is missing".formatted(what, folder, name));
        return false;
      }
    }
    return true;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(LIBRARIES);
    BINDINGS.forEach(binding -> names.add(library(binding)));
    return names;
  }

  private static List<Path> besideTheApplication() {
    CodeSource source = FfmpegLibraries.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return List.of();
    }
    try {
      List<Path> places = new ArrayList<>();
      @Nullable Path folder = Path.of(source.getLocation().toURI()).getParent();
      for (int i = 0; i < 2 && folder != null; i++) {
        places.add(folder.resolve(FOLDER));
        folder = folder.getParent();
      }
      return places;
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      return List.of(); // not a file: a nested jar, a class loader of its own
    }
  }

  /**
   * A folder is filled under a name of its own and renamed whole: several JVMs may start at once.
   */
  private static @Nullable Path fromJar(List<String> searched) {
    ClassLoader loader = FfmpegLibraries.class.getClassLoader();
    if (loader.getResource(FOLDER + "/" + LIBRARIES.get(0)) == null) {
      searched.add("the jar's own copy: ovkit-video-…-linux-x86_64.jar is not on the class path");
      return null;
    }
    Optional<Path> cache = UserCache.directory();
    if (cache.isEmpty()) {
      searched.add("the jar's own copy: no cache directory (HOME is not set; set OVKIT_CACHE_DIR)");
      return null;
    }
    Path target;
    try {
      target = cache.get().resolve("video-" + version(loader));
    } catch (IOException e) {
      searched.add("the jar's own copy: cannot be read: " + e);
      return null;
    }
    if (isWhole(target, "the jar's own copy", new ArrayList<>())) {
      return target;
    }
    try {
      Files.createDirectories(cache.get());
      Path staging = Files.createTempDirectory(cache.get(), ".filling-");
      for (String name : names()) {
        try (InputStream in = loader.getResourceAsStream(FOLDER + "/" + name)) {
          Files.copy(java.util.Objects.requireNonNull(in), staging.resolve(name));
        }
      }
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!isWhole(target, "the jar's own copy", searched)) {
        searched.add("the jar's own copy: cannot be unpacked to %s: %s".formatted(target, e));
        return null;
      }
    }
    return target;
  }

  /** FFmpeg's version, and a mark of our own library, which has none. */
  private static String version(ClassLoader loader) throws IOException {
    CRC32 mark = new CRC32();
    try (InputStream ours = loader.getResourceAsStream(FOLDER + "/" + WEBCAM)) {
      mark.update(java.util.Objects.requireNonNull(ours).readAllBytes());
    }
    String ffmpeg = avutil.class.getPackage().getImplementationVersion();
    return "%s-%08x".formatted(ffmpeg, mark.getValue());
  }

  private FfmpegLibraries() {}
}
