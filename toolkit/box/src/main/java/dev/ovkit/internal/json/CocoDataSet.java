package dev.ovkit.internal.json;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A COCO data set with what was found as annotations; class numbers are category ids. Masks are
 * runs as compressed text, rotated boxes their corners as a polygon. A key point counts as seen (2)
 * from a score of .5, else as hidden (1); the scores follow.
 */
public final class CocoDataSet {

  private static final double SEEN = 0.5;

  private final List<Map<String, Object>> images = new ArrayList<>();
  private final List<Map<String, Object>> annotations = new ArrayList<>();
  private final Map<Integer, String> categories = new TreeMap<>();

  /**
   * Begins an empty one.
   *
   * @param labels the names of the classes by number; what is found beyond them is added
   */
  public CocoDataSet(List<String> labels) {
    for (int i = 0; i < labels.size(); i++) {
      categories.put(i, labels.get(i));
    }
  }

  /** Adds a picture. */
  public void add(String file, Detections found) {
    int image = images.size() + 1;
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("id", image);
    entry.put("file_name", file);
    entry.put("width", found.width());
    entry.put("height", found.height());
    images.add(entry);
    for (Detection d : found.objects()) {
      categories.putIfAbsent(d.classId(), d.label());
      annotations.add(annotation(image, d));
    }
  }

  private Map<String, Object> annotation(int image, Detection d) {
    Box box = d.box();
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("id", annotations.size() + 1);
    one.put("image_id", image);
    one.put("category_id", d.classId());
    one.put("bbox", List.of(box.x(), box.y(), box.width(), box.height()));
    one.put("area", box.width() * box.height());
    d.detail().ifPresent(detail -> add(one, detail));
    one.put("iscrowd", 0);
    one.put("score", d.score());
    d.track().ifPresent(number -> one.put("track_id", number));
    return one;
  }

  private static void add(Map<String, Object> annotation, Detection.Detail detail) {
    if (detail instanceof Mask mask) {
      Map<String, Object> runs = new LinkedHashMap<>();
      runs.put("size", List.of(mask.height(), mask.width()));
      runs.put("counts", mask.compressed());
      annotation.put("area", mask.area());
      annotation.put("segmentation", runs);
    } else if (detail instanceof RotatedBox rotated) {
      annotation.put("area", rotated.width() * rotated.height());
      annotation.put("segmentation", List.of(Arrays.stream(rotated.corners()).boxed().toList()));
    } else if (detail instanceof Detection.KeyPoints pose) {
      List<Object> points = new ArrayList<>();
      for (Detection.KeyPoint point : pose.points()) {
        points.addAll(List.of(point.x(), point.y(), point.score() >= SEEN ? 2 : 1));
      }
      annotation.put("keypoints", points);
      annotation.put("num_keypoints", pose.points().size());
      annotation.put(
          "keypoint_scores", pose.points().stream().map(Detection.KeyPoint::score).toList());
    }
  }

  /** Returns the whole, as maps in the order of their keys. */
  public Map<String, Object> json() {
    List<Map<String, Object>> names = new ArrayList<>();
    categories.forEach(
        (id, name) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("id", id);
          one.put("name", name);
          names.add(one);
        });
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("images", images);
    object.put("annotations", annotations);
    object.put("categories", names);
    return object;
  }
}
