package dev.ovkit.head;

/**
 * How the numbers of a candidate are arranged in the outputs and what they mean, where a reader may
 * try other forms too.
 *
 * @param objectness whether a number before the classes' scores says if there is an object at all
 * @param logits true where objectness and scores have not passed a sigmoid yet
 */
public record CandidateForm(
    Arrangement arrangement, boolean objectness, boolean logits, BoxCoding boxes) {

  /** Where the numbers of one candidate are. */
  public enum Arrangement {
    /** In one map a head. */
    MAPS,
    /** In one row of one output. */
    ROWS,
    /** In one column of one output. */
    COLUMNS
  }
}
