package dev.ovkit.watch;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The project's own model and pictures, and a watch with them. */
final class Demo {

  static final int REQUESTS = 2;
  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");

  static Detector detector() {
    return Detector.open(
        MODELS.resolve("conveyor-parts.xml"),
        DetectorOptions.defaults()
            .with(CompileOptions.defaults().with(CompileOptions.Hint.THROUGHPUT))
            .withRequests(REQUESTS));
  }

  static Path picture(int number) {
    return MODELS.resolve("pictures/%06d.jpg".formatted(number % 5));
  }

  static Map<String, ?> json(String name, Detections found) {
    List<String> labels = found.detections().stream().map(Detection::label).toList();
    return Map.of("file", name, "width", found.width(), "labels", labels);
  }

  static FolderWatch watch(WatchOptions options, Detector detector, WatchListener listener) {
    return watch(options, detector, listener, ServiceManager.of(Map.of()));
  }

  static FolderWatch watch(
      WatchOptions options, Detector detector, WatchListener listener, ServiceManager manager) {
    return FolderWatch.open(options, detector, Demo::json, listener, manager);
  }

  private Demo() {}
}
