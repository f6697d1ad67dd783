package dev.ovkit.family;

import java.util.Optional;

/**
 * What a graph was recognised as.
 *
 * @param detector what was found
 * @param refusal if nothing was, why: one sentence for the user
 * @param settled whether no simpler form of the graph would be recognised either
 */
public record Recognition(Optional<FoundDetector> detector, String refusal, boolean settled) {

  public static Recognition of(FoundDetector detector) {
    return new Recognition(Optional.of(detector), "", true);
  }

  public static Recognition refused(String reason) {
    return new Recognition(Optional.empty(), reason, false);
  }

  /** Refuses whatever form the graph has. */
  static Recognition settled(String reason) {
    return new Recognition(Optional.empty(), reason, true);
  }

  public boolean isDetector() {
    return detector.isPresent();
  }
}
