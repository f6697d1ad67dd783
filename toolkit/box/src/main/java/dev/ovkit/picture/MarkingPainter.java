package dev.ovkit.picture;

import dev.ovkit.picture.Picture.Marking;
import java.util.List;

/** Draws lines and areas with their names on a dark ground, so that any picture can be behind. */
record MarkingPainter(Canvas canvas, int line) {

  private static final Bgr EDGE = new Bgr(40, 220, 255);
  private static final Bgr GROUND = new Bgr(0, 0, 0);
  private static final Bgr INK = new Bgr(255, 255, 255);
  private static final double SHADE = 0.6;

  void paint(Marking marking) {
    List<Marking.Corner> corners = marking.corners();
    for (int i = 1; i < corners.size(); i++) {
      edge(corners.get(i - 1), corners.get(i));
    }
    if (marking.closed()) {
      edge(corners.get(corners.size() - 1), corners.get(0));
    }
    if (!marking.name().isEmpty()) {
      text(marking.name().lines().toList(), corners.get(0));
    }
  }

  private void edge(Marking.Corner from, Marking.Corner to) {
    double dx = to.x() - from.x();
    double dy = to.y() - from.y();
    double square = Math.max(1e-9, dx * dx + dy * dy);
    int reach = line + 1;
    int lowY = (int) Math.max(0, Math.min(from.y(), to.y()) - reach);
    int highY = (int) Math.min(canvas.height() - 1, Math.max(from.y(), to.y()) + reach);
    int lowX = (int) Math.max(0, Math.min(from.x(), to.x()) - reach);
    int highX = (int) Math.min(canvas.width() - 1, Math.max(from.x(), to.x()) + reach);
    for (int y = lowY; y <= highY; y++) {
      for (int x = lowX; x <= highX; x++) {
        double along = ((x - from.x()) * dx + (y - from.y()) * dy) / square;
        along = Math.max(0, Math.min(1, along));
        double away = Math.hypot(x - from.x() - along * dx, y - from.y() - along * dy);
        canvas.blend(x, y, EDGE, Math.min(1, line / 2.0 + 0.5 - away));
      }
    }
  }

  private void text(List<String> lines, Marking.Corner at) {
    int size = Math.max(1, line / 2);
    int pad = 2 * size;
    int wide = lines.stream().mapToInt(GlyphFont::width).max().orElse(0) * size + 2 * pad;
    int tall = lines.size() * GlyphFont.HEIGHT * size + 2 * pad;
    int left = (int) Math.max(0, Math.min(at.x() + line, canvas.width() - wide));
    int top = (int) Math.max(0, Math.min(at.y() + line, canvas.height() - tall));
    for (int y = top; y < top + tall; y++) {
      for (int x = left; x < left + wide; x++) {
        canvas.blend(x, y, GROUND, SHADE);
      }
    }
    for (int i = 0; i < lines.size(); i++) {
      int row = top + pad + i * GlyphFont.HEIGHT * size;
      GlyphFont.draw(canvas, lines.get(i), left + pad, row, size, INK);
    }
  }
}
