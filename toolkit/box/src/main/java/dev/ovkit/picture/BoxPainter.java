package dev.ovkit.picture;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.text.Bidi;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Draws what was found: first all boxes, then all labels, so that no box crosses a label. Lines and
 * letters grow with the picture.
 *
 * @param line the width of lines, in pixels
 * @param labels whether boxes have names and scores
 */
record BoxPainter(int line, boolean labels) {

  private static final double LINE_SHARE = 0.0015; // of width and height together

  static BoxPainter of(int width, int height, int line, boolean labels) {
    return new BoxPainter(line > 0 ? line : usualLine(width, height), labels);
  }

  private static int usualLine(int width, int height) {
    return Math.max(1, (int) Math.round((width + height) * LINE_SHARE));
  }

  void paint(Canvas canvas, List<Detection> detections) {
    List<Detection> worstFirst = new ArrayList<>(detections);
    Collections.reverse(worstFirst);
    DetailPainter details = new DetailPainter(canvas, line);
    worstFirst.forEach(details::paint);
    for (Detection detection : worstFirst) {
      if (detection.rotated().isEmpty()) {
        canvas.outline(area(detection.box()), line, Bgr.of(detection.classId()));
      }
    }
    paintLabels(canvas, detections);
  }

  void paintLabels(Canvas canvas, List<Detection> detections) {
    if (labels) {
      LabelPlaces places = new LabelPlaces(canvas.width(), canvas.height());
      int size = Math.max(1, usualLine(canvas.width(), canvas.height()) / 2);
      detections.forEach(detection -> label(canvas, places, detection, size));
    }
  }

  private static void label(Canvas canvas, LabelPlaces places, Detection detection, int size) {
    int across = 3 * size;
    int along = size;
    int tall = GlyphFont.HEIGHT * size + 2 * along;
    String text = text(detection, (canvas.width() - 2 * across) / size);
    if (text.isEmpty() || tall > canvas.height()) {
      return; // the picture is smaller than a letter
    }
    int wide = GlyphFont.width(text) * size + 2 * across;
    PixelArea place = places.place(area(detection.box()), wide, tall);
    Bgr colour = Bgr.of(detection.classId());
    canvas.fill(place, colour);
    GlyphFont.draw(canvas, text, place.left() + across, place.top() + along, size, colour.ofText());
  }

  /** Name, number and score; the name is cut where the picture is too narrow for it. */
  private static String text(Detection detection, int widest) {
    String score = String.format(Locale.ROOT, "%.2f", detection.score());
    if (detection.track().isPresent()) {
      score = "#" + detection.track().getAsLong() + " " + score;
    }
    String name = Normalizer.normalize(detection.label(), Normalizer.Form.NFC);
    String text = fromLeft(name) + " " + score;
    if (GlyphFont.width(text) <= widest) {
      return text;
    }
    int end = name.codePointCount(0, name.length());
    while (end > 1) {
      end = Math.min(end - 1, widest / 8); // no letter is narrower than that
      if (end < 1) {
        break;
      }
      String start = name.substring(0, name.offsetByCodePoints(0, end));
      text = fromLeft(start + "…") + " " + score;
      if (GlyphFont.width(text) <= widest) {
        return text;
      }
    }
    return GlyphFont.width(score) <= widest ? score : "";
  }

  /** In the order in which letters are drawn: those of Hebrew and Arabic run from the right. */
  private static String fromLeft(String name) {
    if (!Bidi.requiresBidi(name.toCharArray(), 0, name.length())) {
      return name;
    }
    Bidi bidi = new Bidi(name, Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT);
    int count = bidi.getRunCount();
    byte[] levels = new byte[count];
    String[] runs = new String[count];
    for (int i = 0; i < count; i++) {
      levels[i] = (byte) bidi.getRunLevel(i);
      String run = name.substring(bidi.getRunStart(i), bidi.getRunLimit(i));
      runs[i] = levels[i] % 2 == 0 ? run : backwards(run);
    }
    Bidi.reorderVisually(levels, 0, runs, 0, count);
    return String.join("", runs);
  }

  /** Marks stay behind the letter that they belong to. */
  private static String backwards(String run) {
    StringBuilder text = new StringBuilder();
    int[] codes = run.codePoints().toArray();
    int end = codes.length;
    for (int i = codes.length - 1; i >= 0; i--) {
      if (i == 0 || !GlyphFont.isMark(codes[i])) {
        text.append(new String(codes, i, end - i));
        end = i;
      }
    }
    return text.toString();
  }

  private static PixelArea area(Box box) {
    return new PixelArea(
        Math.round(box.x()),
        Math.round(box.y()),
        Math.round(box.x() + box.width()),
        Math.round(box.y() + box.height()));
  }
}
