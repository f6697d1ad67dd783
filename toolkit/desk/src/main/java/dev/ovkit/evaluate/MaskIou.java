package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The IoU of masks, pixel by pixel; for a crowd, the share of the found mask that is inside it.
 * Truth is polygons, or runs as numbers or as compressed text.
 */
final class MaskIou extends Similarity {

  private static final String FORMS =
      "expected polygons [[x, y, x, y, x, y, …], …], or runs {size: [height, width], counts: […]}";

  /** Outlines are walked, so one that is lost in space would take forever. */
  private static final double FAR = 1e6;

  @Override
  public String word() {
    return "masks";
  }

  // ---- truth

  @Override
  Completion coco(JsonEntry annotation) {
    JsonNode shape = annotation.required("segmentation");
    JsonEntry.Place place = annotation.place();
    if (shape.isObject()) {
      Mask mask = runs(annotation, shape);
      return (object, width, height) -> {
        if (mask.width() != width || mask.height() != height) {
          throw place.bad(
              ".segmentation.size is [%d, %d], but the picture has a height of %d and a width of %d"
                  .formatted(mask.height(), mask.width(), height, width));
        }
        return object.withMask(mask);
      };
    }
    List<double[]> polygons = polygons(annotation, shape);
    return (object, width, height) -> {
      if (width < 1 || height < 1) {
        throw place.bad(
            ".segmentation needs the width and the height of its picture, which are missing");
      }
      return object.withMask(Polygons.fill(polygons, width, height));
    };
  }

  private static List<double[]> polygons(JsonEntry annotation, JsonNode shape) {
    List<double[]> polygons = new ArrayList<>();
    for (JsonNode one : shape) {
      double[] numbers = annotation.numbers(one, ".segmentation", FORMS);
      if (numbers.length < 6 || numbers.length % 2 != 0) {
        throw annotation.bad(
            ".segmentation has a polygon of %d numbers; %s".formatted(numbers.length, FORMS));
      }
      for (double number : numbers) {
        if (Math.abs(number) > FAR) {
          throw annotation.bad(
              ".segmentation has a corner at %s, which is far outside any picture"
                  .formatted(number));
        }
      }
      polygons.add(numbers);
    }
    if (polygons.isEmpty()) {
      throw annotation.bad(".segmentation is %s, %s".formatted(shape, FORMS));
    }
    return polygons;
  }

  private static Mask runs(JsonEntry annotation, JsonNode shape) {
    double[] size = annotation.numbers(shape.path("size"), ".segmentation.size", FORMS);
    if (size.length != 2) {
      throw annotation.bad(".segmentation.size is %s, %s".formatted(shape.path("size"), FORMS));
    }
    JsonNode counts = shape.path("counts");
    int width = (int) size[1];
    int height = (int) size[0];
    try {
      return counts.isTextual()
          ? Mask.parse(width, height, counts.asText())
          : Mask.of(
              width, height, joined(annotation.numbers(counts, ".segmentation.counts", FORMS)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw annotation.bad(".segmentation: " + e.getMessage());
    }
  }

  /** A run without pixels in the middle joins its neighbours, which are of one kind. */
  private static int[] joined(double[] counts) {
    int[] runs = new int[counts.length];
    int length = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0 && length > 0) {
        if (i + 1 < counts.length) {
          runs[length - 1] += (int) counts[++i];
        }
      } else {
        runs[length++] = (int) counts[i];
      }
    }
    return Arrays.copyOf(runs, length);
  }

  @Override
  String yoloForm() {
    return "class x y x y x y …";
  }

  @Override
  TruthObject yolo(YoloLine line) {
    line.require(line.numbers().length >= 6 && line.numbers().length % 2 == 0);
    double[] corners = line.pixels(0, line.numbers().length);
    TruthObject box = Polygons.bounds(line.category(), corners);
    Mask mask = Polygons.fill(List.of(corners), line.width(), line.height());
    return new TruthObject(
            box.category(), box.x(), box.y(), box.width(), box.height(), mask.area(), false)
        .withMask(mask);
  }

  // ---- comparison

  @Override
  double of(Detection found, TruthObject truth) {
    Mask mask = found.mask().orElse(null);
    if (mask == null) {
      return 0;
    }
    Mask other = truth.mask().orElseThrow();
    long both = mask.intersection(other);
    if (both == 0) {
      return 0;
    }
    return (double) both / (truth.crowd() ? mask.area() : mask.area() + other.area() - both);
  }

  @Override
  double area(Detection found) {
    return found.mask().map(Mask::area).orElse(0L);
  }

  /** Without a box: pycocotools would take the box's area for the mask's. */
  @Override
  void write(JsonGenerator json, Detection found) throws IOException {
    Mask mask = found.mask().orElseThrow();
    json.writeObjectFieldStart("segmentation");
    json.writeArrayFieldStart("size");
    json.writeNumber(mask.height());
    json.writeNumber(mask.width());
    json.writeEndArray();
    json.writeStringField("counts", mask.compressed());
    json.writeEndObject();
  }
}
