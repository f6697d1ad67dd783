package dev.ovkit.diagnose;

/** What a reading's boxes are judged by. */
sealed interface Evidence permits ExpectedBoxes, Plausibility {

  /** Returns how well the boxes fit that this reading of the network yields. */
  Fit fit(Network network, Reading reading);

  /** Returns the score from which boxes are looked at. */
  float confidence();
}
