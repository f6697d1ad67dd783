package dev.ovkit.layout;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.Head;
import dev.ovkit.ir.MetadataSection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What layouts with heads have in common. Metadata: {@code head_<i>_stride}, {@code
 * head_<i>_anchors} ({@code "10,13 16,30 33,23"}; left out where there are none).
 */
final class HeadList {

  private static final int MOST_HEADS = 16;

  static List<Head> byStride(List<Head> heads) {
    return heads.stream().sorted(Comparator.comparingInt(Head::stride)).toList();
  }

  /** Divides the anchors of all heads, by rising stride, among the heads. */
  static List<Head> deal(List<Head> heads, List<Anchor> anchors) {
    if (anchors.isEmpty() || anchors.size() % heads.size() != 0) {
      throw new IllegalArgumentException(
          "%d anchors cannot be divided among %d heads".formatted(anchors.size(), heads.size()));
    }
    int each = anchors.size() / heads.size();
    List<Head> dealt = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      Head head = heads.get(i);
      dealt.add(new Head(head.output(), head.stride(), anchors.subList(i * each, (i + 1) * each)));
    }
    return dealt;
  }

  static List<Head> renamed(List<Head> heads, UnaryOperator<String> names) {
    return heads.stream()
        .map(head -> new Head(names.apply(head.output()), head.stride(), head.anchors()))
        .toList();
  }

  static String key(int head, String what) {
    return "head_" + head + "_" + what;
  }

  static void write(List<Head> heads, Map<String, String> info) {
    for (int i = 0; i < heads.size(); i++) {
      info.put(key(i, "stride"), Integer.toString(heads.get(i).stride()));
      if (!heads.get(i).anchors().isEmpty()) {
        List<String> anchors = new ArrayList<>();
        for (Anchor anchor : heads.get(i).anchors()) {
          anchors.add(
              MetadataSection.text(anchor.width()) + "," + MetadataSection.text(anchor.height()));
        }
        info.put(key(i, "anchors"), String.join(" ", anchors));
      }
    }
  }

  /** Reads heads, each with an output of its own under {@code head_<i>_output}. */
  static List<Head> read(MetadataSection info) {
    List<Head> heads = new ArrayList<>();
    for (int i = 0; i < MOST_HEADS && info.has(key(i, "stride")); i++) {
      heads.add(head(info, i, info.text(key(i, "output"))));
    }
    return heads;
  }

  /** Reads heads that share an output. */
  static List<Head> read(MetadataSection info, String output) {
    List<Head> heads = new ArrayList<>();
    for (int i = 0; i < MOST_HEADS && info.has(key(i, "stride")); i++) {
      heads.add(head(info, i, output));
    }
    return heads;
  }

  private static Head head(MetadataSection info, int i, String output) {
    String key = key(i, "anchors");
    List<Anchor> anchors = new ArrayList<>();
    String value = info.textOrEmpty(key);
    if (!value.isEmpty()) {
      for (String pair : value.split("\\s+", -1)) {
        String[] sides = pair.split(",", -1);
        if (sides.length != 2) {
          throw info.wrong(key, "pairs such as 10,13 16,30");
        }
        anchors.add(new Anchor(info.number(key, sides[0]), info.number(key, sides[1])));
      }
    }
    return new Head(output, info.whole(key(i, "stride")), anchors);
  }

  /** Reads from a plane of numbers which cells reach a floor; returns how many. */
  static int passing(float[] plane, float floor, int[] cells) {
    int passing = 0;
    for (int cell = 0; cell < plane.length; cell++) {
      if (plane[cell] >= floor) {
        cells[passing++] = cell;
      }
    }
    return passing;
  }

  static void requireClasses(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("a detector has at least one class, not " + classes);
    }
  }

  private HeadList() {}
}
