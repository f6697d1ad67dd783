package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.io.IOException;

/** The IoU of boxes; for a crowd, the share of the found box that is inside it. */
final class BoxIou extends Similarity {

  @Override
  public String word() {
    return "boxes";
  }

  @Override
  Completion coco(JsonEntry annotation) {
    return (object, width, height) -> object;
  }

  @Override
  String yoloForm() {
    return "class cx cy width height";
  }

  @Override
  TruthObject yolo(YoloLine line) {
    line.require(line.numbers().length == 4);
    return line.box();
  }

  @Override
  double of(Detection found, TruthObject truth) {
    Box a = found.box();
    double w =
        Math.min((double) a.x() + a.width(), truth.x() + truth.width())
            - Math.max(a.x(), truth.x());
    double h =
        Math.min((double) a.y() + a.height(), truth.y() + truth.height())
            - Math.max(a.y(), truth.y());
    if (w <= 0 || h <= 0) {
      return 0;
    }
    double both = w * h;
    return both
        / (truth.crowd() ? area(found) : area(found) + truth.width() * truth.height() - both);
  }

  @Override
  double area(Detection found) {
    return (double) found.box().width() * found.box().height();
  }

  @Override
  void write(JsonGenerator json, Detection found) throws IOException {
    Box box = found.box();
    json.writeArrayFieldStart("bbox");
    json.writeNumber((double) box.x());
    json.writeNumber((double) box.y());
    json.writeNumber((double) box.width());
    json.writeNumber((double) box.height());
    json.writeEndArray();
  }
}
