package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.family.Recognition.Proposal;
import java.util.List;

/** What is said of a model that gives no boxes that ovkit can read. */
final class NotADetector {

  /** Why nothing is converted, and the ways out. */
  static ModelException refusal(ConvertOptions options, String why, List<Proposal> proposals) {
    String byHand =
        proposals.isEmpty()
            ? ""
            : "; if you know what it is, say so, for example %s ('ovkit inspect' lists what fits)"
                .formatted(proposals.get(0).flags());
    return new ModelException(
        "'%s' is not recognised as a detector that infer can read: %s; nothing was written%s; --raw converts it as it is, --output NAMES cuts it, both for another program"
            .formatted(options.onnx(), why, byHand));
  }

  private NotADetector() {}
}
