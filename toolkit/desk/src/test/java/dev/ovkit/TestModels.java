package dev.ovkit;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Trained detectors by name: the project's own, which every checkout has, and those of {@link
 * Shared}, a second tier that skips where it is missing.
 */
public final class TestModels {

  /** The demo detector: PPLcnet-yolo, six classes, one output of decoded rows, own anchors. */
  public static final String DEMO = "conveyor-parts";

  private static final String SMALL = "small:";
  private static final Path FOLDER = Path.of(System.getProperty("ovkit.home"), "ir-models");

  private static final Path WRITTEN =
      Path.of(System.getProperty("ovkit.home"))
          .resolve("toolkit/box/src/test/resources/written-by/a84f991");

  /** Returns a model's ONNX; {@code small:FORM} is one of {@link #small}. */
  public static Path onnx(String name) {
    if (name.startsWith(SMALL)) {
      return small(name.substring(SMALL.length()));
    }
    return name.equals(DEMO) ? FOLDER.resolve(DEMO + ".onnx") : Shared.model(name + ".onnx");
  }

  /** Returns the ONNX of the demo detector. */
  public static Path demo() {
    return onnx(DEMO);
  }

  /**
   * Returns the smallest ONNX of a form, of random weights: {@code yolov5-maps}, {@code
   * yolov5-rows}, {@code yolov5-sigmoid}, {@code yolox-raw}, {@code yolox-logits}, {@code
   * yolox-decoded}, {@code yolov8}, {@code classifier}.
   */
  public static Path small(String form) {
    return WRITTEN.resolve("onnx").resolve(form + ".onnx");
  }

  /** Returns one of the demo's five pictures, each of them full of parts. */
  public static Path demoPicture(int number) {
    return FOLDER.resolve("pictures/%06d.jpg".formatted(number));
  }

  /** Returns what commit a84f991 found on the first of them, a JSON array of boxes. */
  public static Path demoAnswer() {
    return WRITTEN.resolve("answers").resolve(DEMO + ".json");
  }

  /** Returns all pictures of the demo. */
  public static List<Path> demoPictures() {
    return Stream.iterate(0, i -> i < 5, i -> i + 1).map(TestModels::demoPicture).toList();
  }

  /** Returns two pictures on which a model finds something. */
  public static List<Path> pictures(String name) {
    return name.equals(DEMO) || name.startsWith(SMALL)
        ? demoPictures().subList(0, 2)
        : List.of(Shared.picture("bus.jpg"), Shared.picture("zidane.jpg"));
  }

  private TestModels() {}
}
