package dev.ovkit.family;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.OnnxModel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A detector whose layout its graph says completely.
 *
 * @param outputsReason why the outputs are these, for the user
 * @param decoding what they hold, for the user
 * @param completion adds what the family leaves to be computed
 */
record FoundLayout(
    DetectorFamily family,
    Preprocessing preprocessing,
    HeadLayout layout,
    String outputsReason,
    String decoding,
    UnaryOperator<OnnxModel> completion)
    implements FoundDetector {

  static FoundLayout of(DetectorFamily family, HeadLayout layout, String decoding) {
    return new FoundLayout(
        family,
        family.preprocessing(),
        layout,
        family.name() + ": its own outputs are kept",
        decoding,
        UnaryOperator.identity());
  }

  /** The same with pictures that go in another way. */
  FoundLayout with(Preprocessing other) {
    return new FoundLayout(family, other, layout, outputsReason, decoding, completion);
  }

  /** The same with something computed behind its graph. */
  FoundLayout with(String reason, UnaryOperator<OnnxModel> added) {
    return new FoundLayout(family, preprocessing, layout, reason, decoding, added);
  }

  Optional<Recognition> recognised() {
    return Optional.of(Recognition.of(this));
  }

  @Override
  public int classes() {
    return layout.classes();
  }

  @Override
  public DetectorSpec.Task task() {
    return layout.task();
  }

  @Override
  public List<FoundHead> heads() {
    return List.of();
  }

  @Override
  public List<Integer> strides() {
    return layout.heads().stream().map(head -> head.stride()).toList();
  }

  @Override
  public List<String> cutAt() {
    return layout.outputs();
  }

  @Override
  public OnnxModel completed(OnnxModel model) {
    return completion.apply(model);
  }

  @Override
  public Optional<String> whyNoLazyHeads() {
    return Optional.of(family.name() + " has no heads that ovkit computes lazily");
  }

  @Override
  public Optional<String> flatOutput() {
    return Optional.of(decoding);
  }

  @Override
  public LayoutChoice layout(OnnxModel model, List<String> outputs, boolean decodedLater) {
    return new HashSet<>(outputs).containsAll(layout.outputs())
        ? LayoutChoice.of(layout, new Remark(Remark.Subject.DECODING, layout.name(), decoding))
        : LayoutChoice.NONE;
  }
}
