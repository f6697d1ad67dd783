package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.model.InputSize;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the four numbers of a decoded box mean. */
public enum BoxForm {
  /** Centre and size in pixels of the input. */
  CENTRE_PIXELS(false, false),
  /** Left, top, right, bottom in pixels of the input. */
  CORNER_PIXELS(true, false),
  /** Centre and size as shares of the input, 0..1. */
  CENTRE_UNIT(false, true),
  /** Left, top, right, bottom as shares of the input, 0..1. */
  CORNER_UNIT(true, true);

  private static final String KEY = "boxes";

  private final boolean corners;
  private final boolean unit;

  BoxForm(boolean corners, boolean unit) {
    this.corners = corners;
    this.unit = unit;
  }

  /** Returns the form of boxes with these traits. */
  public static BoxForm of(boolean corners, boolean unit) {
    return corners ? unit ? CORNER_UNIT : CORNER_PIXELS : unit ? CENTRE_UNIT : CENTRE_PIXELS;
  }

  public boolean corners() {
    return corners;
  }

  /** Returns whether coordinates are shares of the input, not pixels. */
  public boolean unit() {
    return unit;
  }

  void add(
      float a,
      float b,
      float c,
      float d,
      InputSize input,
      float score,
      int classId,
      Candidates candidates) {
    float wide = unit ? input.width() : 1;
    float high = unit ? input.height() : 1;
    if (corners) {
      candidates.addCorners(a * wide, b * high, c * wide, d * high, score, classId);
    } else {
      candidates.add(a * wide, b * high, c * wide, d * high, score, classId);
    }
  }

  /** Returns the form in words, for a person. */
  public String words() {
    return (corners ? "x1, y1, x2, y2 " : "centre and size ") + (unit ? "in 0..1" : "in pixels");
  }

  void write(Map<String, String> info) {
    info.put(KEY, word());
  }

  static BoxForm read(MetadataSection info) {
    String text = info.text(KEY);
    return Arrays.stream(values())
        .filter(form -> form.word().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                info.wrong(
                    KEY,
                    "one of "
                        + Arrays.stream(values())
                            .map(BoxForm::word)
                            .collect(Collectors.joining(", "))));
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
