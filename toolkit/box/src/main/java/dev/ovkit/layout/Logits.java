package dev.ovkit.layout;

/** Scores before their sigmoid. */
final class Logits {

  static float sigmoid(float logit) {
    return (float) (1 / (1 + Math.exp(-logit)));
  }

  /** Returns the logit of a score, a little lower, so that rounding loses none that reaches it. */
  static float floor(float score) {
    return (float) (Math.log(score / (1.0 - score)) - 1e-4);
  }

  private Logits() {}
}
