package dev.ovkit.bisect;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What computes a tensor in one of the models.
 *
 * @param name of the node; empty if it has none
 * @param operator such as {@code Conv}
 * @param attributes as text
 * @param inputs with their shapes, in words
 * @param before the nodes between it and the nearest tensors that both models have, in words
 */
public record NodeDescription(
    String name,
    String operator,
    SortedMap<String, String> attributes,
    List<String> inputs,
    List<String> before) {

  public NodeDescription {
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    inputs = List.copyOf(inputs);
    before = List.copyOf(before);
  }

  /** Returns how messages call it. */
  public String title() {
    return name.isEmpty() ? operator : "%s '%s'".formatted(operator, name);
  }
}
