package dev.ovkit.watch;

import dev.ovkit.CompileOptions;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The project's own model and pictures, and a watch with them. */
final class Demo {

  static final int REQUESTS = 2;
  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");

  static final Path MODEL = MODELS.resolve("conveyor-parts.xml");

  static Detector detector() {
    return Detector.open(
        MODEL,
        DetectorOptions.defaults()
            .withCompile(CompileOptions.defaults().withHint(CompileOptions.Hint.THROUGHPUT))
            .withRequests(REQUESTS));
  }

  static Path picture(int number) {
    return MODELS.resolve("pictures/%06d.jpg".formatted(number % 5));
  }

  /** Returns the one picture of a result. */
  static Map<?, ?> result(Path json) throws IOException {
    Map<String, Object> whole = JsonFile.read(json);
    return (Map<?, ?>) ((List<?>) whole.get("pictures")).get(0);
  }

  static FolderWatch watch(WatchOptions options, Detector detector, WatchListener listener) {
    return watch(options, detector, listener, ServiceManager.of(Map.of()));
  }

  static FolderWatch watch(
      WatchOptions options, Detector detector, WatchListener listener, ServiceManager manager) {
    return FolderWatch.open(options, MODEL, detector, listener, manager);
  }

  private Demo() {}
}
