package dev.ovkit.family;

import java.util.Optional;

/**
 * What a graph was recognised as.
 *
 * @param detector what was found
 * @param refusal if nothing was, why: one sentence for the user
 */
public record Recognition(Optional<FoundDetector> detector, String refusal) {

  public static Recognition of(FoundDetector detector) {
    return new Recognition(Optional.of(detector), "");
  }

  public static Recognition refused(String reason) {
    return new Recognition(Optional.empty(), reason);
  }

  public boolean isDetector() {
    return detector.isPresent();
  }
}
