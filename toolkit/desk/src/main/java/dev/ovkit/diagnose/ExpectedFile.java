package dev.ovkit.diagnose;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.ModelException;
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

  private final Path file;
  private final Map<String, List<Detection>> byName = new HashMap<>();
  private @Nullable List<Detection> only;

  private ExpectedFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws ModelException when it is no such list
   */
  static ExpectedFile read(Path file) {
    ExpectedFile read = new ExpectedFile(file);
    try {
      JsonNode root = new ObjectMapper().readTree(file.toFile());
      if (root.isArray()) {
        read.only = read.detections(root);
      } else if (root.path("pictures").isArray()) {
        for (JsonNode picture : root.path("pictures")) {
          if (picture.has("detections")) {
            read.byName.put(
                lastName(picture.path("file").asText()),
                read.detections(picture.path("detections")));
          }
        }
      } else if (root.path("detections").isArray()) {
        read.only = read.detections(root.path("detections"));
      } else {
        throw read.wrong("has neither 'pictures' nor a list of detections");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw read.wrong(
          "is not valid JSON (line %d)"
              .formatted(e.getLocation() == null ? 0 : e.getLocation().getLineNr()));
    } catch (IOException e) {
      throw read.wrong("cannot be read");
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

  private List<Detection> detections(JsonNode list) {
    List<Detection> detections = new ArrayList<>();
    for (JsonNode one : list) {
      JsonNode box = one.has("box") ? one.path("box") : one.path("bbox");
      float[] sides = new float[4];
      String[] names = {"x", "y", "width", "height"};
      for (int i = 0; i < 4; i++) {
        JsonNode side = box.isArray() ? box.path(i) : box.path(names[i]);
        if (!side.isNumber()) {
          throw wrong("has a detection without a box of x, y, width and height: " + one);
        }
        sides[i] = side.floatValue();
      }
      if (!one.has("class_id") && !one.has("label") || !(sides[2] >= 0 && sides[3] >= 0)) {
        throw wrong("has a detection without a class, or of negative size: " + one);
      }
      detections.add(
          new Detection(
              one.path("label").asText(""),
              one.path("class_id").asInt(-1),
              one.has("score") ? one.path("score").floatValue() : NO_SCORE,
              new Box(sides[0], sides[1], sides[2], sides[3])));
    }
    return detections;
  }

  private ModelException wrong(String what) {
    return new ModelException(
        "'%s' %s; expected what 'ovkit infer --json' prints, or a list of {\"class_id\", \"score\", \"box\": {\"x\", \"y\", \"width\", \"height\"}}"
            .formatted(file, what));
  }
}
