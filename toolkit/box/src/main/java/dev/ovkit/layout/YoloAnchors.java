package dev.ovkit.layout;

import dev.ovkit.head.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The anchors that a YOLOv5-type detector has when nothing says otherwise. */
public final class YoloAnchors {

  /** For strides 8, 16, 32: YOLOv5's models/yolov5s.yaml, and YOLOv5-Lite's. */
  private static final List<List<Anchor>> P5 =
      List.of(
          anchors(10, 13, 16, 30, 33, 23),
          anchors(30, 61, 62, 45, 59, 119),
          anchors(116, 90, 156, 198, 373, 326));

  /** For strides 8, 16, 32, 64: YOLOv5's models/hub/yolov5s6.yaml. */
  private static final List<List<Anchor>> P6 =
      List.of(
          anchors(19, 27, 44, 40, 38, 94),
          anchors(96, 68, 86, 152, 180, 137),
          anchors(140, 301, 303, 264, 238, 542),
          anchors(436, 615, 739, 380, 925, 792));

  /** Returns them by rising stride, or null where there are no usual ones. */
  public static @Nullable List<List<Anchor>> usual(List<Integer> strides) {
    if (strides.equals(List.of(8, 16, 32))) {
      return P5;
    }
    return strides.equals(List.of(8, 16, 32, 64)) ? P6 : null;
  }

  private static List<Anchor> anchors(int... sides) {
    List<Anchor> anchors = new ArrayList<>();
    for (int i = 0; i < sides.length; i += 2) {
      anchors.add(new Anchor(sides[i], sides[i + 1]));
    }
    return anchors;
  }

  static String text(List<Integer> strides) {
    return strides.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private YoloAnchors() {}
}
