package dev.ovkit.layout;

import static dev.ovkit.layout.Logits.sigmoid;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.Head;

/** From the four logits of a cell to its box, by the formulas of {@link RawHeads}. */
final class AnchorBoxes {

  private final int columns;
  private final int stride;
  private final float[] width;
  private final float[] height;

  AnchorBoxes(Head head, Grid grid) {
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
}
