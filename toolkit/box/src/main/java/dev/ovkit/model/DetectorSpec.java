package dev.ovkit.model;

import java.util.List;

/**
 * What a client must know of a detector to feed it pictures and to read its answers.
 *
 * @param inputWidth pixels of the network's input
 * @param inputHeight pixels of the network's input
 * @param inputColour the channel order that the IR's input expects (after what is baked into it)
 * @param resize how a picture becomes an input
 * @param layout how candidates come out
 * @param labels the class names; as many as classes, or empty
 * @param confidenceThreshold default score below which a candidate is dropped
 * @param iouThreshold default overlap above which NMS drops the weaker box
 */
public record DetectorSpec(
    int inputWidth,
    int inputHeight,
    Colour inputColour,
    Resize resize,
    HeadLayout layout,
    List<String> labels,
    float confidenceThreshold,
    float iouThreshold) {

  public DetectorSpec {
    labels = List.copyOf(labels);
  }
}
