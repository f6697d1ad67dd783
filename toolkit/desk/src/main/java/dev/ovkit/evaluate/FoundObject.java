package dev.ovkit.evaluate;

import dev.ovkit.model.Detection;
import java.util.Map;

/** A detection and the category that its class is. */
record FoundObject(long category, Detection detection) {

  /** Returns the detection under the name and number of its category. */
  Detection named(Map<Long, String> categories) {
    return new Detection(
        String.valueOf(categories.get(category)),
        Math.floorMod(category, Integer.MAX_VALUE),
        detection.score(),
        detection.box(),
        detection.detail());
  }
}
