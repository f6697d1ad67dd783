package dev.ovkit.report;

import java.util.List;
import java.util.Locale;

/**
 * A bar chart of how often values fall into equal parts of a range, as SVG.
 *
 * @param title what is counted
 * @param from the left end of the first bar
 * @param to the right end of the last bar; values beyond either end count at that end
 * @param counts for each bar
 */
record Histogram(String title, double from, double to, int[] counts) {

  private static final int WIDTH = 420;
  private static final int HEIGHT = 180;
  private static final int MARGIN = 24;

  static Histogram of(String title, List<Double> values, double from, double to, int bars) {
    int[] counts = new int[bars];
    for (double value : values) {
      int bar = (int) Math.floor((value - from) / (to - from) * bars);
      counts[Math.max(0, Math.min(bars - 1, bar))]++;
    }
    return new Histogram(title, from, to, counts);
  }

  void write(HtmlPage page) {
    int most = 1;
    int all = 0;
    for (int count : counts) {
      most = Math.max(most, count);
      all += count;
    }
    page.open("figure");
    page.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 %d %d".formatted(WIDTH, HEIGHT),
        "width",
        Integer.toString(WIDTH),
        "role",
        "img");
    page.element("title", title);
    double bar = (double) (WIDTH - 2 * MARGIN) / counts.length;
    double room = HEIGHT - 2 * MARGIN;
    for (int i = 0; i < counts.length; i++) {
      double height = room * counts[i] / most;
      page.open(
          "rect",
          "x",
          number(MARGIN + i * bar + 0.5),
          "y",
          number(HEIGHT - MARGIN - height),
          "width",
          number(bar - 1),
          "height",
          number(height),
          "fill",
          "#3b6ea5");
      page.element("title", "%s to %s: %d".formatted(edge(i), edge(i + 1), counts[i]));
      page.close();
    }
    page.empty(
        "line",
        "x1",
        number(MARGIN),
        "x2",
        number(WIDTH - MARGIN),
        "y1",
        number(HEIGHT - MARGIN),
        "y2",
        number(HEIGHT - MARGIN),
        "stroke",
        "#556");
    label(page, MARGIN, HEIGHT - 6, "start", edge(0));
    label(page, WIDTH / 2.0, HEIGHT - 6, "middle", number((from + to) / 2));
    label(page, WIDTH - MARGIN, HEIGHT - 6, "end", edge(counts.length));
    label(page, MARGIN, MARGIN - 8, "start", "most: " + most);
    page.close();
    page.element("figcaption", "%s (%d)".formatted(title, all));
    page.close();
  }

  private static void label(HtmlPage page, double x, double y, String anchor, String text) {
    page.element(
        "text",
        text,
        "x",
        number(x),
        "y",
        number(y),
        "text-anchor",
        anchor,
        "font-size",
        "12",
        "fill",
        "#556");
  }

  private String edge(int bar) {
    return number(from + (to - from) * bar / counts.length);
  }

  /** At most three digits after the point. */
  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
  }
}
