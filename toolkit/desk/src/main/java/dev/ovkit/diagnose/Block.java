package dev.ovkit.diagnose;

import dev.ovkit.head.Anchor;
import java.util.List;

/**
 * The candidates of one head: {@code anchors * rows * columns} of them.
 *
 * @param tensor the index of the output that holds them
 * @param first how many candidates lie before them in that output
 * @param anchors candidates a cell
 * @param rows cells
 * @param columns cells
 * @param stride pixels of the input a cell; 0 where there is no grid
 * @param priors the anchors; empty where none are needed. Where boxes are in pixels already, the
 *     factors that undo wrong anchors inside the graph
 */
record Block(
    int tensor, int first, int anchors, int rows, int columns, int stride, List<Anchor> priors) {

  Block {
    priors = List.copyOf(priors);
  }

  int candidates() {
    return anchors * rows * columns;
  }

  Block withFirst(int changed) {
    return new Block(tensor, changed, anchors, rows, columns, stride, priors);
  }

  Block withPriors(List<Anchor> changed) {
    return new Block(tensor, first, anchors, rows, columns, stride, changed);
  }
}
