package dev.ovkit.diagnose;

import dev.ovkit.ModelException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Boxes from a JSON file: {@code {"pictures": [{"file": …, "detections": […]}]}}, or a plain list
 * of detections for one picture. A detection has {@code class_id} or {@code label}, {@code box} as
 * {@code {x, y, width, height}} or {@code [x, y, width, height]}, and may have a {@code score}.
 */
final class ExpectedFile {

  /** A score that says that the list gives none. */
  static final float NO_SCORE = 2;

  private static final List<String> SIDES = List.of("x", "y", "width", "height");
  private static final String NEITHER = "it has neither 'pictures' nor a list of detections";
  private static final int MOST_SHOWN = 200;

  private final Map<String, List<Detection>> byName = new HashMap<>();
  private @Nullable List<Detection> only;

  private ExpectedFile() {}

  /**
   * Reads a file.
   *
   * @throws ModelException when it is no such list
   */
  static ExpectedFile read(Path file) {
    ExpectedFile read = new ExpectedFile();
    try {
      Object root = JsonFile.readAny(file);
      if (root instanceof List<?> list) {
        read.only = detections(list);
      } else if (root instanceof Map<?, ?> fields) {
        read.object(new JsonObject(fields));
      } else {
        throw new IOException(NEITHER);
      }
      return read;
    } catch (IOException e) {
      throw new ModelException(
          "'%s': %s; expected what 'ovkit infer --json' prints, or a list of {\"class_id\", \"score\", \"box\": {\"x\", \"y\", \"width\", \"height\"}}"
              .formatted(file, e.getMessage()),
          file,
          e);
    }
  }

  private void object(JsonObject root) throws IOException {
    if (root.has("pictures")) {
      for (JsonObject picture : root.objects("pictures")) {
        if (picture.has("detections")) {
          byName.put(
              lastName(picture.has("file") ? picture.text("file") : ""),
              detections(picture.list("detections")));
        }
      }
    } else if (root.has("detections")) {
      only = detections(root.list("detections"));
    } else {
      throw new IOException(NEITHER);
    }
  }

  /** Returns the boxes of a picture by the last part of its name, or null if it has none. */
  @Nullable List<Detection> of(Path picture) {
    return only != null ? only : byName.get(lastName(picture.toString()));
  }

  boolean isForOnePicture() {
    return only != null;
  }

  private static String lastName(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private static List<Detection> detections(List<?> list) throws IOException {
    List<Detection> detections = new ArrayList<>();
    for (Object one : list) {
      if (!(one instanceof Map<?, ?> fields)) {
        throw new IOException("it has something other than a detection in its list");
      }
      detections.add(detection(fields));
    }
    return detections;
  }

  private static Detection detection(Map<?, ?> fields) throws IOException {
    Object box = fields.containsKey("box") ? fields.get("box") : fields.get("bbox");
    float[] sides = new float[SIDES.size()];
    for (int i = 0; i < sides.length; i++) {
      Object side =
          box instanceof List<?> list && list.size() == sides.length
              ? list.get(i)
              : box instanceof Map<?, ?> named ? named.get(SIDES.get(i)) : null;
      if (!(side instanceof Number number)) {
        throw new IOException(
            "it has a detection without a box of x, y, width and height: " + shown(fields));
      }
      sides[i] = number.floatValue();
    }
    Object label = fields.get("label");
    Object classId = fields.get("class_id");
    if (classId == null && label == null || !(sides[2] >= 0 && sides[3] >= 0)) {
      throw new IOException(
          "it has a detection without a class, or of negative size: " + shown(fields));
    }
    return new Detection(
        label instanceof String text ? text : "",
        classId instanceof Integer id ? id : -1,
        fields.get("score") instanceof Number score ? score.floatValue() : NO_SCORE,
        new Box(sides[0], sides[1], sides[2], sides[3]));
  }

  private static String shown(Map<?, ?> fields) {
    return OneLine.of(String.valueOf(fields), MOST_SHOWN);
  }
}
