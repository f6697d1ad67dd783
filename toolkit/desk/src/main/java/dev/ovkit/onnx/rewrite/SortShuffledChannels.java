package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.rewrite.ShuffleRegion.Component;

/**
 * Folds ShuffleNet's channel shuffles into the weights around them.
 *
 * <p>Concat, Reshape, Transpose, Reshape and Slice only deal channels out: each channel of what
 * comes out (an <em>exit</em>) is one channel of what went in (a <em>source</em>). So the
 * convolution that makes a source gives its channels sorted by the exits that they go to, one Split
 * hands each exit its piece, one Concat joins the pieces, and the convolutions that read an exit
 * get the input channels of their weights in the new order. Whatever is between them and treats all
 * channels alike, depthwise convolutions too, follows the order.
 */
final class SortShuffledChannels implements Rewrite {

  @Override
  public String title() {
    return "channel shuffles folded into weights";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Component component : new ShuffleRegion(graph).components()) {
      ChannelOrders orders = ChannelOrders.of(graph, new ShuffleRegion(graph), component);
      if (orders != null) {
        orders.apply();
        graph.dropUnreachable();
        times += component.shuffles();
      }
    }
    return times;
  }
}
