package dev.ovkit.family;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.onnx.OnnxModel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A detector of a known family, found in a graph. */
public interface FoundDetector {

  DetectorFamily family();

  int classes();

  /** What it finds. */
  default DetectorSpec.Task task() {
    return DetectorSpec.Task.DETECT;
  }

  /** How its pictures go in, where that depends on more than its family. */
  default Preprocessing preprocessing() {
    return family().preprocessing();
  }

  /**
   * The whole graph with what the family leaves to be computed in it; {@link #cutAt} may name
   * tensors of that.
   */
  default OnnxModel completed(OnnxModel model) {
    return model;
  }

  /** By rising stride; empty where the family's outputs are not cut at heads. */
  List<FoundHead> heads();

  /** Pixels of the input per cell, of all heads. */
  default List<Integer> strides() {
    return heads().stream().map(FoundHead::stride).toList();
  }

  /** The tensors that make the best outputs; empty where those that the graph has do. */
  default List<String> cutAt() {
    return List.of();
  }

  /** Why the outputs are these, for the user. */
  default String outputsReason() {
    return family().name().toUpperCase(Locale.ROOT) + ": its own output is kept";
  }

  /**
   * Why it cannot have lazy heads, in words; empty if it can. Then it is cut at raw heads, of which
   * each is one convolution with the objectness of its anchors in it.
   */
  Optional<String> whyNoLazyHeads();

  /**
   * What its flat output holds, in words; empty if it has none, or if there is nothing to say about
   * it.
   */
  default Optional<String> flatOutput() {
    return Optional.empty();
  }

  /** What had to be assumed to recognise it, one sentence each. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * How boxes are read from these outputs.
   *
   * @param model the whole graph, in which the detector was found
   * @param outputs tensors of it
   * @param decodedLater whether ovkit will append the decoding of boxes to the graph
   * @throws dev.ovkit.ModelException if they could be but the model lacks something
   */
  LayoutChoice layout(OnnxModel model, List<String> outputs, boolean decodedLater);
}
