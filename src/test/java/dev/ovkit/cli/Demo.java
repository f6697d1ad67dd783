package dev.ovkit.cli;

import java.nio.file.Path;

/** The project's own detector and pictures, and small models, which every checkout has. */
final class Demo {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));

  /** PPLcnet-yolo, six classes with names, one output of decoded rows. */
  static final Path ONNX = HOME.resolve("ir-models/conveyor-parts.onnx");

  /** What it is as an IR. */
  static final Path IR = HOME.resolve("ir-models/conveyor-parts.xml");

  /** One of five pictures, 1280x720, full of parts. */
  static Path picture(int number) {
    return HOME.resolve("ir-models/pictures/%06d.jpg".formatted(number));
  }

  /** The smallest model of a form, of random weights, such as {@code yolox-raw}. */
  static Path small(String form) {
    return HOME.resolve(
        "toolkit/box/src/test/resources/written-by/a84f991/onnx/%s.onnx".formatted(form));
  }

  private Demo() {}
}
