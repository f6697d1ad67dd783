package dev.ovkit.verify;

import dev.ovkit.ir.WeightPrecision;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether two models are the same, and what says so.
 *
 * @param precision the coarser of the two
 * @param threshold the score from which a box counts
 * @param outputs raw outputs that could be paired; empty where none could
 * @param pictures in the order given
 * @param unreadable pictures that could not be read, each with why
 * @param findings what differs and why; empty when nothing does
 * @param notes what was assumed
 */
public record Verification(
    Side first,
    Side second,
    WeightPrecision precision,
    Tolerance tolerance,
    double threshold,
    List<OutputDifference> outputs,
    List<PictureDifference> pictures,
    List<Unreadable> unreadable,
    List<Finding> findings,
    List<String> notes) {

  /**
   * One of the two models.
   *
   * @param file as it was given
   * @param engine what ran it
   */
  public record Side(String file, String engine) {}

  /** A picture that could not be read. */
  public record Unreadable(String picture, String why) {}

  public Verification {
    outputs = List.copyOf(outputs);
    pictures = List.copyOf(pictures);
    unreadable = List.copyOf(unreadable);
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }

  Verification withNote(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new Verification(
        first,
        second,
        precision,
        tolerance,
        threshold,
        outputs,
        pictures,
        unreadable,
        findings,
        more);
  }

  Verification withFinding(Finding finding) {
    List<Finding> more = new ArrayList<>(findings);
    more.add(finding);
    return new Verification(
        first, second, precision, tolerance, threshold, outputs, pictures, unreadable, more, notes);
  }

  /** Returns whether the two are the same on these pictures, within the tolerance. */
  public boolean holds() {
    return findings.isEmpty();
  }

  /** Returns how many objects were found in both. */
  public int matched() {
    return pictures.stream().mapToInt(p -> p.pairs().size()).sum();
  }
}
