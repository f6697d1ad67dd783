package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Graph;

/**
 * An exact change of a graph: every tensor that keeps its name keeps its numbers, up to rounding.
 *
 * <p>A rewrite that meets a place it cannot prove leaves it alone: an inner tensor that somebody
 * else reads or that is an output, weights that are no constants, odd pads, unknown shapes.
 */
sealed interface Rewrite
    permits FoldShapes,
        DropNoOps,
        FoldBatchNorm,
        MergeBranches,
        FocusToConv,
        ChainPools,
        HardSwishForm,
        ConvBeforeUpsample,
        SplitSingleOutput,
        SortShuffledChannels {

  /** What it does, as the user reads it. */
  String title();

  /** Applies it wherever possible and returns how often. */
  int apply(Graph graph);
}
