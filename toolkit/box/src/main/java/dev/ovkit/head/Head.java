package dev.ovkit.head;

import java.util.List;

/**
 * One detection head: a grid of cells, each {@code stride} pixels of the network's input wide.
 *
 * @param output the tensor that carries it; for a flat layout the one output that all heads share
 * @param stride pixels per cell
 * @param anchors the priors of each cell, in pixels; empty for an anchor-free head
 */
public record Head(String output, int stride, List<Anchor> anchors) {

  public Head {
    if (stride <= 0) {
      throw new IllegalArgumentException("a stride is positive, not " + stride);
    }
    anchors = List.copyOf(anchors);
  }
}
