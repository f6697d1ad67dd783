package dev.ovkit.onnx;

import dev.ovkit.onnx.InputPath.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor between a picture and the network.
 *
 * @param rank its number of axes
 * @param axis the one on which its channels are; -1 if it is one channel without an axis
 * @param channels in their order
 */
record PictureTensor(int rank, int axis, List<Channel> channels) {

  PictureTensor {
    channels = List.copyOf(channels);
  }

  PictureTensor with(List<Channel> others) {
    return new PictureTensor(rank, axis, others);
  }

  /** The same with one more axis; a channel without an axis gets it. */
  PictureTensor inserted(long place) {
    int at = (int) (place < 0 ? place + rank + 1 : place);
    return new PictureTensor(rank + 1, axis < 0 ? at : axis >= at ? axis + 1 : axis, channels);
  }

  /** The same without an axis; null if several channels are on it. */
  @Nullable PictureTensor dropped(long place) {
    int at = (int) (place < 0 ? place + rank : place);
    if (at != axis) {
      return new PictureTensor(rank - 1, axis > at ? axis - 1 : axis, channels);
    }
    return channels.size() == 1 ? new PictureTensor(rank - 1, -1, channels) : null;
  }

  /** The same with its axes in another order. */
  PictureTensor transposed(long[] order) {
    int to = -1;
    for (int i = 0; i < order.length; i++) {
      to = order[i] == axis ? i : to;
    }
    return new PictureTensor(rank, to, channels);
  }

  /** Whether rows and columns do not change places in an order of axes. */
  boolean keepsRows(long[] order) {
    long last = -1;
    for (long from : order) {
      if (from != axis && from < last) {
        return false;
      }
      last = from == axis ? last : from;
    }
    return true;
  }
}
