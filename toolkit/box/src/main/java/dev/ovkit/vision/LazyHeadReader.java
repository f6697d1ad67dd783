package dev.ovkit.vision;

import dev.ovkit.model.HeadLayout;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The objectness of a head, and the feature map to compute the rest from where a cell passes.
 *
 * <p>It is right at every threshold. What it costs grows with the cells that pass, up to more than
 * the convolution in the network would have cost.
 */
final class LazyHeadReader implements HeadReader {

  private final List<String> outputs;
  private final int classes;
  private final int cells;
  private final AnchorBoxes boxes;

  /** Of every anchor, input channel by input channel, the biases last. */
  private final float[] weights;

  private final float[] objectness;

  /** The features of one cell, and what the convolution makes of them for one anchor. */
  private final float[] column;

  private final float[] values;

  LazyHeadReader(HeadLayout.LazyHead lazy, Grid grid, int classes, float[] weights) {
    this.outputs = List.of(lazy.head().output(), lazy.features());
    this.classes = classes;
    this.cells = grid.cells();
    this.boxes = new AnchorBoxes(lazy.head(), grid);
    this.weights = weights;
    this.objectness = new float[cells];
    this.column = new float[lazy.channels()];
    this.values = new float[5 + classes];
  }

  @Override
  public List<String> outputs() {
    return outputs;
  }

  @Override
  public void read(List<FloatBuffer> tensors, int first, float threshold, Candidates candidates) {
    FloatBuffer planes = tensors.get(first);
    FloatBuffer features = tensors.get(first + 1);
    float floor = HeadReader.logitFloor(threshold);
    for (int a = 0; a < boxes.anchors(); a++) {
      planes.get(a * cells, objectness, 0, cells);
      for (int cell = 0; cell < cells; cell++) {
        if (objectness[cell] >= floor) {
          convolve(features, cell, a);
          int c = bestClass();
          float score = HeadReader.sigmoid(objectness[cell]) * HeadReader.sigmoid(values[5 + c]);
          if (score >= threshold) {
            boxes.add(values[0], values[1], values[2], values[3], a, cell, score, c, candidates);
          }
        }
      }
    }
  }

  /** Sums over the input channels outside, so that the inner loop has no sum and can be vectors. */
  private void convolve(FloatBuffer features, int cell, int anchor) {
    int each = values.length;
    int row = boxes.anchors() * each;
    int at = anchor * each;
    for (int channel = 0; channel < column.length; channel++) {
      column[channel] = features.get(channel * cells + cell);
    }
    System.arraycopy(weights, column.length * row + at, values, 0, each);
    int channel = 0;
    // Four at once, so that a sum is loaded and stored a fourth as often.
    for (; channel + 4 <= column.length; channel += 4, at += 4 * row) {
      float f0 = column[channel];
      float f1 = column[channel + 1];
      float f2 = column[channel + 2];
      float f3 = column[channel + 3];
      int at1 = at + row;
      int at2 = at1 + row;
      int at3 = at2 + row;
      for (int i = 0; i < each; i++) {
        values[i] +=
            f0 * weights[at + i]
                + f1 * weights[at1 + i]
                + f2 * weights[at2 + i]
                + f3 * weights[at3 + i];
      }
    }
    for (; channel < column.length; channel++, at += row) {
      for (int i = 0; i < each; i++) {
        values[i] += column[channel] * weights[at + i];
      }
    }
  }

  private int bestClass() {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (values[5 + c] > values[5 + best]) {
        best = c;
      }
    }
    return best;
  }
}
