package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.PinnedPython;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec.Task;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.IrSubject;
import dev.ovkit.subject.OnnxSubject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The zoo's networks of each task, raw and end to end, find with OpenVINO what they find with ONNX
 * Runtime, which reads the graph as its exporter wrote it.
 */
@Tag("network")
class ZooTasksTest {

  private static final PinnedPython PYTHON = new PinnedPython("zoo");

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "yolov8-seg, SEGMENT",
    "yolov8-seg-nms, SEGMENT",
    "yolo26-seg, SEGMENT",
    "yolo26-seg-raw, SEGMENT",
    "yolov8-pose, POSE",
    "yolo26-pose, POSE",
    "yolov8-obb, OBB",
    "yolo26-obb, OBB",
    "yolov8-cls, CLASSIFY",
    "yolo26-cls, CLASSIFY"
  })
  void irAndOnnxFindTheSame(String family, Task task) throws Exception {
    Path onnx = temp.resolve(family + ".onnx");
    PYTHON.run(List.of("-m", "zoo", "--family", family, "--out", onnx.toString()));
    ConvertOptions options = ConvertOptions.of(onnx).into(temp, WeightPrecision.FP32);
    Path ir = Converter.convert(options).xml();
    DetectOptions detect = DetectOptions.defaults();
    int objects = 0;
    int same = 0;
    try (IrSubject first = IrSubject.open(ir, detect);
        OnnxSubject second = OnnxSubject.open(options, detect);
        Stream<Path> files = Files.list(Path.of("../../ir-models/pictures"))) {
      assertThat(first.spec().task()).isEqualTo(task);
      for (Path file : files.filter(f -> f.toString().endsWith(".jpg")).sorted().toList()) {
        try (Picture picture = Picture.read(file)) {
          List<Detection> wanted = second.answer(picture).detections().objects();
          Set<Detection> left = new HashSet<>(first.answer(picture).detections().objects());
          assertThat(left.size()).isCloseTo(wanted.size(), within(2));
          for (Detection one : wanted) {
            requireDetails(one, task);
            Optional<Detection> like =
                left.stream().filter(other -> isSame(one, other)).findFirst();
            like.ifPresent(left::remove);
            objects++;
            same += like.isPresent() ? 1 : 0;
          }
        }
      }
    }
    assertThat(objects).isGreaterThan(4);
    assertThat(same).isGreaterThanOrEqualTo((int) (0.99 * objects));
  }

  private static void requireDetails(Detection one, Task task) {
    assertThat(one.mask().isPresent()).isEqualTo(task == Task.SEGMENT);
    assertThat(one.keyPoints()).hasSize(task == Task.POSE ? 17 : 0);
    assertThat(one.rotated().isPresent()).isEqualTo(task == Task.OBB);
  }

  private static boolean isSame(Detection one, Detection other) {
    if (one.classId() != other.classId() || Math.abs(one.score() - other.score()) > 1e-3) {
      return false;
    }
    boolean place =
        one.rotated().isPresent()
            ? one.rotated().get().iou(other.rotated().orElseThrow()) > 0.99
            : one.box().iou(other.box()) > 0.99;
    boolean mask = one.mask().isEmpty() || one.mask().get().iou(other.mask().orElseThrow()) > 0.98;
    boolean points = true;
    for (int i = 0; i < one.keyPoints().size(); i++) {
      Detection.KeyPoint a = one.keyPoints().get(i);
      Detection.KeyPoint b = other.keyPoints().get(i);
      points &= Math.hypot(a.x() - b.x(), a.y() - b.y()) < 0.1;
    }
    return place && mask && points;
  }
}
