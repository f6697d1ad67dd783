package dev.ovkit.family;

import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.picture.Frame;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Draws networks with the tail of a family whose numbers are the same for every picture, and reads
 * boxes from them: what a family and its layout make of known numbers.
 */
final class FixedAnswer {

  static final int SIZE = 64;

  private final Sketch sketch;
  private String nothing;
  private final int width;
  private byte[] pixel = new byte[3];

  /** A picture of 64x64 and one convolution, whose result counts for nothing. */
  FixedAnswer(int opset) {
    this(opset, SIZE);
  }

  /** The same with a picture that is not square. */
  FixedAnswer(int opset, int width) {
    this.width = width;
    sketch = new Sketch(opset);
    String x = sketch.input("images", 1, 3, SIZE, width);
    String conv = sketch.conv(x, 3, 1, 1, 1, Sketch.strides(32));
    String mean = sketch.op("GlobalAveragePool", conv);
    nothing =
        sketch.op(
            "Reshape", List.of(sketch.op("Mul", List.of(mean, sketch.scalar(0))), sketch.longs(1)));
  }

  Sketch sketch() {
    return sketch;
  }

  /** A tensor of these numbers, which the network computes. */
  String computed(float[] numbers, long... shape) {
    return sketch.op("Add", List.of(sketch.constant(numbers, shape), nothing));
  }

  /** Lets the network look at its map as deformable attention does. */
  FixedAnswer attending() {
    String map = sketch.op("Reshape", List.of(nothing, sketch.longs(1, 1, 1, 1)));
    String sampled =
        sketch.op("GridSample", List.of(map, sketch.constant(new float[2], 1, 1, 1, 2)));
    nothing = sketch.op("Reshape", List.of(sampled, sketch.longs(1)));
    return this;
  }

  /** Lets the picture have this colour instead of black. */
  FixedAnswer seeing(int blue, int green, int red) {
    pixel = new byte[] {(byte) blue, (byte) green, (byte) red};
    return this;
  }

  /** Numbers of 0, but for some. */
  static float[] sparse(int count, float... placesAndNumbers) {
    float[] numbers = new float[count];
    for (int i = 0; i < placesAndNumbers.length; i += 2) {
      numbers[(int) placesAndNumbers[i]] = placesAndNumbers[i + 1];
    }
    return numbers;
  }

  /** Indices {@code [n, 3]} of what is left of boxes {@code [1, N, 4]} and scores. */
  String suppressed(String boxes, String scores) {
    return sketch.op(
        "NonMaxSuppression",
        List.of(boxes, scores, sketch.longs(10), sketch.scalar(0.5f), sketch.scalar(0.1f)));
  }

  /** One column of such indices: batch, class, or place. */
  String column(String chosen, int column) {
    return sketch.op("Gather", List.of(chosen, sketch.longs(column)), Attr.of("axis", 1));
  }

  /** The boxes that such indices name, {@code [n, 4]}. */
  String selected(String boxes, String chosen) {
    return sketch.op(
        "Gather",
        List.of(
            sketch.op("Reshape", List.of(boxes, sketch.longs(-1, 4))),
            sketch.op("Reshape", List.of(column(chosen, 2), sketch.longs(-1)))));
  }

  /** The best of {@code [1, n]}: their values, then their places. */
  List<String> best(String scores, int count) {
    List<String> both = List.of(scores + "_best", scores + "_places");
    sketch.node(
        Nodes.of("TopK", "", List.of(scores, sketch.longs(count)), both, Attr.of("axis", 1)));
    return both;
  }

  /** Converts the network without a flag, and looks at one picture of the input's size. */
  List<Detection> boxes(Path folder) throws IOException {
    return boxes(folder, ModelDescription.NONE);
  }

  /** The same, described by the caller. */
  List<Detection> boxes(Path folder, ModelDescription description) throws IOException {
    Path onnx = Files.write(folder.resolve("drawn.onnx"), sketch.proto().toByteArray());
    Path ir =
        Converter.convert(
                ConvertOptions.of(onnx)
                    .into(folder.resolve("ir"), WeightPrecision.FP32)
                    .describedAs(description))
            .xml();
    return read(ir);
  }

  /** What an IR of the network finds. */
  List<Detection> read(Path ir) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * SIZE * width);
    while (pixels.hasRemaining()) {
      pixels.put(pixel);
    }
    try (Detector detector = Detector.open(ir)) {
      return detector.detect(Frame.of(pixels.flip(), width, SIZE, Frame.Format.BGR)).objects();
    }
  }

  static String text(Detection d) {
    Box box = d.box();
    return "%d %.2f: %.1f %.1f %.1f %.1f"
        .formatted(
            d.classId(),
            d.score(),
            box.x(),
            box.y(),
            box.x() + box.width(),
            box.y() + box.height());
  }
}
