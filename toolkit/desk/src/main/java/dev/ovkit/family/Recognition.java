package dev.ovkit.family;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a graph was recognised as.
 *
 * @param detector what was found
 * @param refusal if nothing was, why: one sentence for the user
 * @param settled whether no simpler form of the graph would be recognised either
 * @param proposals if nothing was, what it could be by the shapes of its outputs
 */
public record Recognition(
    Optional<FoundDetector> detector, String refusal, boolean settled, List<Proposal> proposals) {

  /**
   * A description that the shapes of a graph allow.
   *
   * @param flags of {@code ovkit convert}
   * @param meaning what they say, in words
   */
  public record Proposal(String flags, String meaning) {}

  public Recognition {
    proposals = List.copyOf(proposals);
  }

  public static Recognition of(FoundDetector detector) {
    return new Recognition(Optional.of(detector), "", true, List.of());
  }

  public static Recognition refused(String reason) {
    return new Recognition(Optional.empty(), reason, false, List.of());
  }

  /** Refuses whatever form the graph has. */
  static Recognition settled(String reason) {
    return new Recognition(Optional.empty(), reason, true, List.of());
  }

  public boolean isDetector() {
    return detector.isPresent();
  }

  /** The same with ways to describe it by hand, if it was not recognised. */
  Recognition proposing(Supplier<List<Proposal>> flags) {
    return isDetector() ? this : new Recognition(detector, refusal, settled, flags.get());
  }
}
