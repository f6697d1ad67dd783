package dev.ovkit.serve.protocol;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found on pictures, as tensors: a row for each object, by pictures, best first.
 *
 * <p>{@code boxes} are x, y, width and height in pixels of the upright original; {@code
 * image_index} is the number of the picture in the request. A task adds what it finds besides:
 * {@code masks}, as COCO's compressed text; {@code key_points}, x, y and score of each; {@code
 * rotated}, the centre, the two sides and the angle.
 */
public final class DetectionTensors {

  private static final int BOX = 4;
  private static final int POINT = 3;
  private static final int ROTATED = 5;
  private static final int OPEN = -1;

  /** Returns the outputs of a detector. */
  public static List<DeclaredTensor> described(DetectorSpec.Task task) {
    List<DeclaredTensor> outputs = new ArrayList<>();
    if (task != DetectorSpec.Task.CLASSIFY) {
      outputs.add(new DeclaredTensor("boxes", Datatype.FP32, List.of(OPEN, BOX)));
    }
    outputs.add(new DeclaredTensor("scores", Datatype.FP32, List.of(OPEN)));
    outputs.add(new DeclaredTensor("labels", Datatype.BYTES, List.of(OPEN)));
    outputs.add(new DeclaredTensor("class_ids", Datatype.INT64, List.of(OPEN)));
    outputs.add(new DeclaredTensor("image_index", Datatype.INT64, List.of(OPEN)));
    switch (task) {
      case SEGMENT -> outputs.add(new DeclaredTensor("masks", Datatype.BYTES, List.of(OPEN)));
      case POSE ->
          outputs.add(new DeclaredTensor("key_points", Datatype.FP32, List.of(OPEN, OPEN, POINT)));
      case OBB -> outputs.add(new DeclaredTensor("rotated", Datatype.FP32, List.of(OPEN, ROTATED)));
      case DETECT, CLASSIFY -> {
        // nothing besides
      }
    }
    return outputs;
  }

  /** Returns the outputs for pictures. */
  public static List<TensorOutput> of(DetectorSpec.Task task, List<Detections> pictures) {
    List<Detection> objects = new ArrayList<>();
    List<Long> indices = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      for (Detection one : pictures.get(i)) {
        objects.add(one);
        indices.add((long) i);
      }
    }
    return described(task).stream().map(one -> filled(one, objects, indices)).toList();
  }

  private static TensorOutput filled(
      DeclaredTensor output, List<Detection> objects, List<Long> indices) {
    List<Integer> shape = new ArrayList<>(output.shape());
    shape.set(0, objects.size());
    if (output.name().equals("key_points")) {
      shape.set(1, objects.isEmpty() ? 0 : objects.get(0).keyPoints().size());
    }
    return new TensorOutput(
        output.name(), output.type(), shape, values(output.name(), objects, indices));
  }

  private static List<?> values(String name, List<Detection> objects, List<Long> indices) {
    return switch (name) {
      case "boxes" -> objects.stream().flatMap(one -> numbers(one.box()).stream()).toList();
      case "scores" -> objects.stream().map(Detection::score).toList();
      case "labels" -> objects.stream().map(Detection::label).toList();
      case "class_ids" -> objects.stream().map(one -> (long) one.classId()).toList();
      case "image_index" -> indices;
      case "masks" -> objects.stream().map(DetectionTensors::mask).toList();
      case "key_points" ->
          objects.stream()
              .flatMap(one -> one.keyPoints().stream())
              .flatMap(point -> List.of(point.x(), point.y(), point.score()).stream())
              .toList();
      case "rotated" -> objects.stream().flatMap(one -> turned(one).stream()).toList();
      default -> throw new IllegalStateException("no output is called " + name);
    };
  }

  private static List<Float> numbers(Box box) {
    return List.of(box.x(), box.y(), box.width(), box.height());
  }

  private static String mask(Detection one) {
    return one.mask().map(mask -> mask.compressed()).orElse("");
  }

  private static List<Float> turned(Detection one) {
    return one.rotated()
        .map(box -> List.of(box.x(), box.y(), box.width(), box.height(), box.angle()))
        .orElse(List.of(0f, 0f, 0f, 0f, 0f));
  }

  private DetectionTensors() {}
}
