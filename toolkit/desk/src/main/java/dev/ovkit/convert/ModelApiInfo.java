package dev.ovkit.convert;

import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import java.util.Map;
import java.util.TreeMap;

/**
 * What OpenVINO's Model API reads about a detector, in its words: only what a client must still do.
 *
 * <p>It passes BGR, so an IR that takes RGB needs a reversal. Its wrappers have defaults of their
 * own, which are not neutral: those of YOLOv5 and YOLOv8 reverse the channels and divide by 255
 * where nothing is said. (By openvino-model-api 0.4.7, which reads neither the decoded rows of
 * YOLOv5, {@code [1, N, 5 + classes]}, nor raw heads.) What is inside the graph is therefore said
 * to be nothing to do, not left out.
 */
final class ModelApiInfo {

  static Map<String, String> of(DetectorSpec detector) {
    Map<String, String> info = new TreeMap<>();
    if (!detector.labels().isEmpty()) {
      info.put(
          "labels",
          String.join(
              " ", detector.labels().stream().map(label -> label.replace(' ', '_')).toList()));
    }
    info.put(
        "resize_type",
        switch (detector.resize().mode()) {
          case STRETCH -> "standard";
          case CENTRE_CROP -> "crop";
          case LETTERBOX_CENTRE -> "fit_to_window_letterbox";
          case LETTERBOX_TOP_LEFT -> "fit_to_window";
        });
    info.put("pad_value", Integer.toString(detector.resize().padValue()));
    info.put("confidence_threshold", Float.toString(detector.confidenceThreshold()));
    info.put("iou_threshold", Float.toString(detector.iouThreshold()));
    detector
        .layout()
        .modelApiType()
        .ifPresent(
            type -> {
              info.put("model_type", type);
              info.put(
                  "reverse_input_channels",
                  detector.inputColour() == Colour.RGB ? "True" : "False");
              info.put("mean_values", "0");
              info.put("scale_values", "1");
              info.put("nms_execute", "True");
              info.put("agnostic_nms", "False");
            });
    return info;
  }

  private ModelApiInfo() {}
}
