package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ovkit.model.Detection;
import dev.ovkit.model.RotatedBox;
import java.io.IOException;
import java.util.Optional;

/** The exact IoU of rotated boxes; for a crowd, the share of the found box that is inside it. */
final class RotatedIou extends Similarity {

  private static final String FORMS = "expected one polygon [[x, y, x, y, x, y, …]]";

  @Override
  public String word() {
    return "rotated boxes";
  }

  @Override
  public Optional<String> note() {
    return Optional.of("rotated boxes are compared by their exact IoU; Ultralytics uses probiou");
  }

  // ---- truth

  @Override
  Completion coco(JsonEntry annotation) {
    JsonNode shape = annotation.required("segmentation");
    double[] corners = annotation.numbers(shape.path(0), ".segmentation[0]", FORMS);
    if (shape.size() != 1 || corners.length < 6 || corners.length % 2 != 0) {
      throw annotation.bad(
          ".segmentation has %d polygons, the first one of %d numbers; %s"
              .formatted(shape.size(), corners.length, FORMS));
    }
    RotatedBox rotated = Rectangles.around(corners);
    return (object, width, height) -> object.withRotated(rotated);
  }

  @Override
  String yoloForm() {
    return "class x1 y1 x2 y2 x3 y3 x4 y4";
  }

  @Override
  TruthObject yolo(YoloLine line) {
    line.require(line.numbers().length == 8);
    double[] corners = line.pixels(0, 8);
    RotatedBox rotated = Rectangles.around(corners);
    TruthObject box = Polygons.bounds(line.category(), corners);
    return new TruthObject(
            box.category(), box.x(), box.y(), box.width(), box.height(), area(rotated), false)
        .withRotated(rotated);
  }

  // ---- comparison

  @Override
  double of(Detection found, TruthObject truth) {
    RotatedBox a = found.rotated().orElse(null);
    if (a == null) {
      return 0;
    }
    RotatedBox b = truth.rotated().orElseThrow();
    double iou = a.iou(b);
    if (!truth.crowd() || iou == 0) {
      return iou;
    }
    double both = iou / (1 + iou) * (area(a) + area(b));
    return both / area(a);
  }

  @Override
  double area(Detection found) {
    return found.rotated().map(RotatedIou::area).orElse(0.0);
  }

  private static double area(RotatedBox box) {
    return (double) box.width() * box.height();
  }

  /** The corners as a polygon: COCO has no rotated boxes. */
  @Override
  void write(JsonGenerator json, Detection found) throws IOException {
    json.writeArrayFieldStart("segmentation");
    json.writeStartArray();
    for (double corner : found.rotated().orElseThrow().corners()) {
      json.writeNumber(corner);
    }
    json.writeEndArray();
    json.writeEndArray();
  }
}
