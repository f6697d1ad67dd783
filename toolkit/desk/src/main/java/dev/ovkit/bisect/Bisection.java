package dev.ovkit.bisect;

import dev.ovkit.ir.WeightPrecision;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where two models differ, tensor by tensor.
 *
 * @param precision the coarser of the two models'
 * @param tolerance the largest error that a node may add; infinite where errors are only ranked
 * @param picture what they were compared on
 * @param nodes one for each tensor that both have, in the order of the first model
 * @param unmatched how many tensors of the first model the second does not have
 * @param accumulated the outputs that differ though no node does, in words
 * @param notes what was assumed, and what stood out
 * @param reproduction the folder that was written
 */
public record Bisection(
    Side first,
    Side second,
    WeightPrecision precision,
    double tolerance,
    String picture,
    List<NodeDifference> nodes,
    int unmatched,
    List<String> accumulated,
    List<String> notes,
    Optional<Path> reproduction) {

  /**
   * One of the two models.
   *
   * @param file as it was given
   * @param engine what ran it
   */
  public record Side(String file, String engine) {}

  public Bisection {
    nodes = List.copyOf(nodes);
    accumulated = List.copyOf(accumulated);
    notes = List.copyOf(notes);
  }

  /** Returns the nodes that differ, in order; the first one is the culprit. */
  public List<NodeDifference> different() {
    return nodes.stream().filter(NodeDifference::differs).toList();
  }

  public Optional<NodeDifference> culprit() {
    return nodes.stream().filter(NodeDifference::differs).findFirst();
  }

  /** Returns the nodes that are judged by the error that they add, the largest first. */
  public List<NodeDifference> ranked() {
    return nodes.stream()
        .filter(node -> !node.byOrder())
        .sorted(Comparator.comparingDouble(NodeDifference::error).reversed())
        .toList();
  }

  /** Returns whether errors are only ranked, because of 8-bit weights. */
  public boolean isRanking() {
    return Double.isInfinite(tolerance);
  }

  /** Returns whether no node and no output differs. */
  public boolean holds() {
    return culprit().isEmpty() && accumulated.isEmpty();
  }
}
