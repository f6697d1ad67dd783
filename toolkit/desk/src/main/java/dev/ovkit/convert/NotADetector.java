package dev.ovkit.convert;

import dev.ovkit.ModelException;

/** What is said of a model that gives no boxes that ovkit can read. */
final class NotADetector {

  /** Why nothing is converted, and the ways out. */
  static ModelException refusal(ConvertOptions options, String why) {
    return new ModelException(
        "'%s' is not recognised as a detector that infer can read: %s; nothing was written; --raw converts it as it is, --output NAMES cuts it, both for another program"
            .formatted(options.onnx(), why));
  }

  private NotADetector() {}
}
