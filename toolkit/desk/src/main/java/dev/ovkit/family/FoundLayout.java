package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.OnnxModel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A detector whose layout its graph says, but for what is assumed.
 *
 * @param outputsReason why the outputs are these, for the user
 * @param decoding what they hold, for the user
 * @param completion adds what the family leaves to be computed
 * @param assumed whether the graph does not show which four numbers a box is
 */
record FoundLayout(
    DetectorFamily family,
    Preprocessing preprocessing,
    HeadLayout layout,
    String outputsReason,
    String decoding,
    UnaryOperator<OnnxModel> completion,
    boolean assumed)
    implements FoundDetector {

  /** Four numbers of a box, its score, its class. */
  private static final int COLUMNS = 6;

  /** What is said of an assumption. */
  static final String UNSHOWN = "; the graph does not show which four numbers a box is";

  static FoundLayout of(DetectorFamily family, HeadLayout layout, String decoding) {
    return new FoundLayout(
        family,
        family.preprocessing(),
        layout,
        family.name() + ": its own outputs are kept",
        decoding,
        UnaryOperator.identity(),
        false);
  }

  /** One output of rows, an object each: box, score, class. */
  static FoundLayout rows(
      DetectorFamily family,
      DetectorGraph detector,
      String output,
      BoxForm form,
      ClassNumbers.Numbering numbering) {
    String decoding =
        "a row an object: %s, score, class; nothing is suppressed after it".formatted(form.words());
    int classes = numbering.classes();
    return numbering.movedDown()
        ? of(family, new EndToEnd(Tail.rows(detector), form, classes), decoding)
            .with(
                "its class numbers start at 1 and are moved down to 0",
                model -> Tail.fromZero(model, output, COLUMNS))
        : of(family, new EndToEnd(output, form, classes), decoding);
  }

  /** The same with pictures that go in another way. */
  FoundLayout with(Preprocessing other) {
    return new FoundLayout(family, other, layout, outputsReason, decoding, completion, assumed);
  }

  /** The same with something computed behind its graph. */
  FoundLayout with(String reason, UnaryOperator<OnnxModel> added) {
    return new FoundLayout(family, preprocessing, layout, reason, decoding, added, assumed);
  }

  /** The same where only the family's habit says which four numbers a box is. */
  FoundLayout assuming(boolean yes) {
    return new FoundLayout(family, preprocessing, layout, outputsReason, decoding, completion, yes);
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
        ? LayoutChoice.of(
            layout,
            new Remark(
                Remark.Subject.DECODING,
                layout.name(),
                decoding + (assumed ? UNSHOWN : ""),
                assumed))
        : LayoutChoice.NONE;
  }
}
