package dev.ovkit.head;

/** Takes single channels out of the convolution that makes a head. */
@FunctionalInterface
public interface HeadSplitter {

  /**
   * Leaves some channels of a head to the network and gives the rest to the client.
   *
   * @param head a tensor that one 1x1 convolution makes
   * @param channels of that tensor
   * @param kept the channels that the network still computes
   * @throws dev.ovkit.ModelException if the tensor does not come from one such convolution
   */
  SplitHead split(String head, int channels, int[] kept);

  /**
   * What became of a head.
   *
   * @param output the tensor of the channels that were kept
   * @param features the tensor that the convolution reads
   * @param featureChannels of that tensor
   */
  record SplitHead(String output, String features, int featureChannels) {}
}
