package dev.ovkit.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detection.KeyPoint;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * Truth that {@code converter-scripts/demo/render.py --count 2 --seed 121 --crowd --shapes} wrote:
 * the masks, key points and rotated boxes of the first two pictures of {@code ir-models}.
 */
final class RenderedShapes {

  static final int POINTS = 5;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RenderedShapes() {}

  /** Returns the JSON anew, which may be changed. */
  static ObjectNode json() {
    try (InputStream in =
        Objects.requireNonNull(
            RenderedShapes.class.getResourceAsStream("parts-with-shapes.json"))) {
      return (ObjectNode) MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes annotations beside a folder with empty files of the pictures' names. */
  static Path write(ObjectNode truth, Path folder, String name) throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    for (JsonNode image : truth.get("images")) {
      Path file = pictures.resolve(image.get("file_name").asText());
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
    }
    Path json = folder.resolve(name);
    MAPPER.writeValue(json.toFile(), truth);
    return json;
  }

  /** Puts the corners of the rotated boxes where COCO has polygons. */
  static ObjectNode rotated(ObjectNode truth) {
    for (JsonNode one : truth.get("annotations")) {
      ((ObjectNode) one).putArray("segmentation").add(one.get("corners"));
    }
    return truth;
  }

  /** Returns what a detector that is always right says of a picture. */
  static List<Detection> found(GroundTruth truth, long picture) {
    List<Detection> found = new ArrayList<>();
    for (TruthPicture one : truth.pictures()) {
      if (one.id() == picture) {
        one.objects().forEach(object -> found.add(found(object, 0.9f)));
      }
    }
    return found;
  }

  private static Detection found(TruthObject object, float score) {
    Box box =
        new Box(
            (float) object.x(),
            (float) object.y(),
            (float) object.width(),
            (float) object.height());
    Detection plain = new Detection("", (int) object.category(), score, box);
    Optional<Detection> pose =
        object
            .pose()
            .map(p -> plain.withKeyPoints(p.points().stream().map(q -> point(q)).toList()));
    return object
        .mask()
        .map(plain::withMask)
        .or(() -> pose)
        .or(() -> object.rotated().map(plain::withRotated))
        .orElse(plain);
  }

  private static KeyPoint point(TruthPose.Point point) {
    return new KeyPoint((float) point.x(), (float) point.y(), 1);
  }

  /** Returns what a middling detector says: beside, twice, nowhere, another class, ties. */
  static List<Detection> shaken(List<Detection> right, Random random) {
    List<Detection> found = new ArrayList<>();
    for (Detection one : right) {
      for (int n = random.nextInt(3); n > 0; n--) {
        float by = random.nextInt(3) == 0 ? 0.3f : 0.05f;
        float dx = by * one.box().width() * (float) random.nextGaussian();
        float dy = by * one.box().height() * (float) random.nextGaussian();
        int classId = random.nextInt(12) == 0 ? (one.classId() + 1) % 6 : one.classId();
        Box box =
            new Box(one.box().x() + dx, one.box().y() + dy, one.box().width(), one.box().height());
        float score = random.nextInt(16) / 16f;
        found.add(
            new Detection(
                "", classId, score, box, one.detail().map(d -> moved(d, dx, dy, by, random))));
      }
    }
    return found;
  }

  private static Detection.Detail moved(
      Detection.Detail detail, float dx, float dy, float by, Random random) {
    if (detail instanceof Mask mask) {
      return moved(mask, Math.round(dx), Math.round(dy), random);
    }
    if (detail instanceof Detection.KeyPoints pose) {
      return new Detection.KeyPoints(
          pose.points().stream()
              .map(p -> new KeyPoint(p.x() + dx * random.nextFloat(), p.y() + dy, 0.5f))
              .toList());
    }
    RotatedBox box = (RotatedBox) detail;
    float angle = box.angle() + by * (float) random.nextGaussian();
    return new RotatedBox(box.x() + dx, box.y() + dy, box.width(), box.height(), angle);
  }

  private static Mask moved(Mask mask, int dx, int dy, Random random) {
    int width = mask.width();
    int height = mask.height();
    byte[] pixels = mask.pixels();
    byte[] moved = new byte[pixels.length];
    int hole = random.nextInt(40);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
        if (inside && pixels[y * width + x] != 0 && (x * 7 + y) % 40 != hole) {
          moved[(y + dy) * width + x + dx] = 1;
        }
      }
    }
    return Mask.of(width, height, 0, 0, width, height, moved);
  }

  /** Returns corners around a box and beyond it, in no order: outlines that cross themselves. */
  static ArrayNode polygon(Random random, double x, double y, double width, double height) {
    ArrayNode polygon = MAPPER.createArrayNode();
    for (int corners = 3 + random.nextInt(12); corners > 0; corners--) {
      boolean coarse = random.nextInt(3) == 0;
      double u = x + width * (1.6 * random.nextDouble() - 0.3);
      double v = y + height * (1.6 * random.nextDouble() - 0.3);
      polygon.add(coarse ? Math.rint(u) : u);
      polygon.add(coarse ? Math.rint(v * 2) / 2 : v);
      if (random.nextInt(8) == 0) { // a corner twice
        polygon.add(polygon.get(polygon.size() - 2)).add(polygon.get(polygon.size() - 1));
      }
    }
    return polygon;
  }

  static Optional<Mask> mask(GroundTruth truth, int picture, int object) {
    return truth.pictures().get(picture).objects().get(object).mask();
  }
}
