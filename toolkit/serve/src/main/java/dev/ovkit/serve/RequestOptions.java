package dev.ovkit.serve;

import dev.ovkit.OptionException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.serve.model.LoadedModel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a request wants besides the usual.
 *
 * @param detect which detections
 * @param timeout how long an answer is of use; empty if it does not say
 */
record RequestOptions(DetectOptions detect, Optional<Duration> timeout) {

  private static final int MOST_DETECTIONS = 10_000;
  private static final int MOST_CLASSES = 1000;

  /**
   * Reads them.
   *
   * @param given texts by their names: {@code conf, iou, classes, max_det}
   * @param timeout as it was given, in its unit
   * @throws OptionException if one cannot be
   */
  static RequestOptions of(
      LoadedModel model, Map<String, String> given, Optional<Duration> timeout) {
    DetectOptions detect = model.usual();
    if (given.containsKey("conf")) {
      detect = detect.withConfidence(fraction("conf", given.get("conf")));
    }
    if (given.containsKey("iou")) {
      detect = detect.withIou(fraction("iou", given.get("iou")));
    }
    if (given.containsKey("max_det")) {
      detect = detect.withMaxDetections(count("max_det", given.get("max_det"), MOST_DETECTIONS));
    }
    if (given.containsKey("classes")) {
      TreeSet<Integer> classes = new TreeSet<>();
      String[] names = given.get("classes").split(",", MOST_CLASSES);
      for (String name : names) {
        classes.add(classOf(model, name.strip()));
      }
      detect = detect.withClasses(classes);
    }
    return new RequestOptions(detect, timeout);
  }

  /** The detector's own message would list all classes. */
  private static int classOf(LoadedModel model, String name) {
    try {
      return model.spec().classId(name);
    } catch (OptionException e) {
      throw new OptionException(
          "classes: the model has no class '%s'; see /v1/models"
              .formatted(name.length() > 100 ? name.substring(0, 100) + "…" : name),
          e);
    }
  }

  private static float fraction(String name, String text) {
    try {
      float number = Float.parseFloat(text);
      if (number >= 0 && number <= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new OptionException("%s: expected a number from 0 to 1".formatted(name));
  }

  static int count(String name, String text, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new OptionException("%s: expected a whole number from 1 to %d".formatted(name, most));
  }
}
