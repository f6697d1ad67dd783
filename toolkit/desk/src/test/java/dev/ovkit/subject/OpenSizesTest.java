package dev.ovkit.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.convert.SealedIr;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.surgery.ModelEditor;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An IR of another converter that suppresses in its graph, and so gives as many rows as there are
 * objects: {@code [1, ?, 6]}. Its input takes any number of pictures of any size.
 *
 * <p>The network drawn here has three boxes, whose scores are 0.9, 0.8 and 0.7 of the brightness; a
 * NonMaxSuppression keeps those of 0.5 and more.
 */
class OpenSizesTest {

  private static final int SIZE = 64;

  private static final String NOTES =
      """
      task: detect
      imgsz: [64, 64]
      names: {0: nut, 1: bolt}
      """;

  @TempDir private Path folder;

  private Path ir;

  @BeforeEach
  void writeTheIr() throws IOException {
    Sketch sketch = new Sketch(13);
    String image = sketch.input("images", -1, 3, -1, -1);
    String light =
        sketch.op(
            "ReduceMean",
            List.of(image),
            Attr.of("axes", new long[] {0, 1, 2, 3}),
            Attr.of("keepdims", 0L));
    String boxes =
        sketch.constant(new float[] {0, 0, 10, 10, 20, 20, 40, 40, 44, 44, 60, 60}, 1, 3, 4);
    String sure = sketch.constant(new float[] {0.9f, 0, 0.7f, 0, 0.8f, 0}, 1, 2, 3);
    String scores = sketch.op("Mul", List.of(sure, light));
    String kept =
        sketch.op(
            "NonMaxSuppression",
            List.of(boxes, scores, sketch.longs(10), sketch.scalar(0.5f), sketch.scalar(0.5f)));
    String label = sketch.op("Gather", List.of(kept, sketch.longs(1)), Attr.of("axis", 1L));
    String place =
        sketch.op(
            "Reshape",
            List.of(
                sketch.op("Gather", List.of(kept, sketch.longs(2)), Attr.of("axis", 1L)),
                sketch.longs(-1)));
    String rows =
        sketch.op(
            "Concat",
            List.of(
                sketch.op(
                    "Gather",
                    List.of(sketch.op("Reshape", List.of(boxes, sketch.longs(3, 4))), place)),
                sketch.op(
                    "Unsqueeze",
                    List.of(sketch.op("GatherND", List.of(scores, kept)), sketch.longs(1))),
                sketch.op("Cast", label, Attr.of("to", 1L))),
            Attr.of("axis", 1L));
    sketch.outputOf(sketch.op("Unsqueeze", List.of(rows, sketch.longs(0))), 1, -1, 6);
    ir = folder.resolve("model.xml");
    try (ModelEditor editor = ModelEditor.ofOnnx(sketch.proto().toByteArray())) {
      SealedIr.write(editor, ir);
    }
    Files.writeString(folder.resolve("metadata.yaml"), NOTES);
  }

  private static Frame grey(int value) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * SIZE * SIZE);
    for (int i = 0; i < pixels.capacity(); i++) {
      pixels.put(i, (byte) value);
    }
    return Frame.of(pixels, SIZE, SIZE, Frame.Format.BGR);
  }

  private static List<String> found(Detector detector, int grey) {
    return detector.detect(grey(grey)).objects().stream()
        .map(d -> "%s %.2f %s".formatted(d.label(), d.score(), corners(d)))
        .toList();
  }

  private static String corners(Detection d) {
    Box box = d.box();
    return "%.0f,%.0f,%.0f,%.0f"
        .formatted(box.x(), box.y(), box.x() + box.width(), box.y() + box.height());
  }

  @Test
  void eachPictureHasItsOwnNumberOfRows() {
    try (Detector detector = Detector.open(ir)) {
      List<String> all =
          List.of("nut 0.90 0,0,10,10", "bolt 0.80 20,20,40,40", "nut 0.70 44,44,60,60");
      assertThat(found(detector, 255)).isEqualTo(all);
      assertThat(found(detector, 150)).containsExactly("nut 0.53 0,0,10,10");
      assertThat(found(detector, 0)).isEmpty();
      assertThat(found(detector, 170))
          .containsExactly("nut 0.60 0,0,10,10", "bolt 0.53 20,20,40,40");
      assertThat(found(detector, 255)).isEqualTo(all);
    }
  }

  @Test
  void itsOutputsCanBeComparedToo() {
    try (IrSubject subject = IrSubject.open(ir, DetectOptions.defaults());
        Picture white = Picture.of(grey(255));
        Picture black = Picture.of(grey(0))) {
      assertThat(subject.answer(white).outputs().get(0).shape()).containsExactly(1L, 3L, 6L);
      assertThat(subject.answer(white).detections().objects()).hasSize(3);
      assertThat(subject.answer(black).outputs().get(0).shape()).containsExactly(1L, 0L, 6L);
      assertThat(subject.answer(black).detections().objects()).isEmpty();
      assertThat(subject.candidates()).isEmpty();
    }
  }

  @Test
  void aSizeThatNothingNotesIsRefused() throws IOException {
    Files.writeString(folder.resolve("metadata.yaml"), NOTES.replace("imgsz", "size"));
    assertThatThrownBy(() -> Detector.open(ir))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no metadata.yaml beside it notes its size (imgsz)");
  }
}
