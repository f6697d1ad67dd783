package dev.ovkit.layout;

import static dev.ovkit.layout.Logits.sigmoid;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.Head;

/** From the four logits of a cell to its box, by the formulas of {@link AnchorCoding}. */
final class AnchorBoxes {

  private final boolean darknet;
  private final int columns;
  private final int stride;
  private final float[] width;
  private final float[] height;

  AnchorBoxes(AnchorCoding coding, Head head, Grid grid) {
    this.darknet = coding == AnchorCoding.YOLOV3;
    this.columns = grid.columns();
    this.stride = head.stride();
    int anchors = head.anchors().size();
    this.width = new float[anchors];
    this.height = new float[anchors];
    for (int a = 0; a < anchors; a++) {
      Anchor anchor = head.anchors().get(a);
      width[a] = anchor.width();
      height[a] = anchor.height();
    }
  }

  int anchors() {
    return width.length;
  }

  void add(
      float x,
      float y,
      float w,
      float h,
      int anchor,
      int cell,
      float score,
      int c,
      Candidates candidates) {
    if (darknet) {
      candidates.add(
          (sigmoid(x) + cell % columns) * stride,
          (sigmoid(y) + cell / columns) * stride,
          (float) Math.exp(w) * width[anchor],
          (float) Math.exp(h) * height[anchor],
          score,
          c);
      return;
    }
    float wide = 2 * sigmoid(w);
    float high = 2 * sigmoid(h);
    candidates.add(
        (2 * sigmoid(x) - 0.5f + cell % columns) * stride,
        (2 * sigmoid(y) - 0.5f + cell / columns) * stride,
        wide * wide * width[anchor],
        high * high * height[anchor],
        score,
        c);
  }

  // ---- in the graph

  /** The centres from sigmoids {@code [1, anchors, 5 + classes, cells]}, in pixels. */
  String centres(GraphWriter graph, String sigmoids, int cells) {
    long[] pairs = {1, anchors(), 2, cells};
    float reach = darknet ? 1 : 2;
    float start = darknet ? 0 : -0.5f;
    float[] grid = new float[2 * cells];
    for (int i = 0; i < cells; i++) {
      grid[i] = (i % columns + start) * stride;
      grid[cells + i] = (i / columns + start) * stride;
    }
    String scaled =
        graph.op(
            "Mul",
            pairs,
            graph.slice(sigmoids, 2, 0, 2, pairs),
            graph.constant("scale", new long[] {1}, reach * stride));
    return graph.op(
        "Add", pairs, scaled, graph.constant("grid", new long[] {1, 1, 2, cells}, grid));
  }

  /** The sizes from the same sigmoids and the logits that they were made from. */
  String sizes(GraphWriter graph, String sigmoids, String logits, int cells) {
    int perCell = anchors();
    long[] pairs = {1, perCell, 2, cells};
    float whole = darknet ? 1 : 4;
    float[] sides = new float[2 * perCell];
    for (int i = 0; i < perCell; i++) {
      sides[2 * i] = whole * width[i];
      sides[2 * i + 1] = whole * height[i];
    }
    String part = graph.slice(darknet ? logits : sigmoids, 2, 2, 4, pairs);
    String grown = darknet ? graph.op("Exp", pairs, part) : graph.op("Mul", pairs, part, part);
    return graph.op(
        "Mul", pairs, grown, graph.constant("anchors", new long[] {1, perCell, 2, 1}, sides));
  }
}
