package dev.ovkit.onnx;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.internal.text.EditDistance;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tensors that a user means by names: a node's name, a tensor's name, or {@code
 * NODE:port}. What could mean two things is refused, with both.
 */
final class OutputNames {

  private static final int SUGGESTIONS = 5;

  private final String file;
  private final Graph graph;

  OutputNames(String file, Graph graph) {
    this.file = file;
    this.graph = graph;
  }

  List<String> resolve(List<String> names) {
    Map<String, String> asked = new LinkedHashMap<>(); // tensor -> the name it was asked by
    for (String name : names) {
      String tensor = resolve(name);
      String before = asked.put(tensor, name);
      if (before != null) {
        throw new OptionException(
            before.equals(name)
                ? "the output '" + name + "' is given twice; name each output once"
                : "the outputs '"
                    + before
                    + "' and '"
                    + name
                    + "' are the same tensor "
                    + described(tensor)
                    + "; name each output once");
      }
    }
    return List.copyOf(asked.keySet());
  }

  private String resolve(String name) {
    Set<String> meant = meant(name);
    if (meant.size() == 1) {
      return meant.iterator().next();
    }
    if (meant.size() > 1) {
      throw new ModelException(
          "the output '%s' of '%s' is ambiguous: %s; name the tensor, or NODE:0"
              .formatted(
                  name,
                  file,
                  meant.stream().map(this::described).collect(Collectors.joining(" or "))));
    }
    if (graph.inputs().contains(name) || graph.isConstant(name)) {
      throw new ModelException(
          "'%s' cannot be an output of '%s': it is %s; name a node or a tensor that is computed"
              .formatted(name, file, graph.inputs().contains(name) ? "an input" : "a constant"));
    }
    throw new ModelException(
        "'%s' has no node and no tensor '%s'; the nearest are %s"
            .formatted(
                file,
                name,
                nearest(name).stream().map(this::described).collect(Collectors.joining(", "))));
  }

  /** Every tensor that the name can mean. */
  private Set<String> meant(String name) {
    Set<String> meant = new LinkedHashSet<>();
    if (graph.producer(name) != null && !graph.isConstant(name)) {
      meant.add(name);
    }
    graph.nodes().stream()
        .filter(node -> node.name().equals(name) && !node.is("Constant"))
        .forEach(node -> meant.addAll(used(node)));
    int colon = name.lastIndexOf(':');
    if (meant.isEmpty() && colon > 0) {
      String owner = name.substring(0, colon);
      String port = name.substring(colon + 1);
      graph.nodes().stream()
          .filter(node -> node.name().equals(owner))
          .map(node -> output(node, port))
          .filter(tensor -> tensor != null)
          .forEach(meant::add);
    }
    return meant;
  }

  private static List<String> used(Node node) {
    return node.outputs().stream().filter(output -> !output.isEmpty()).toList();
  }

  private static @Nullable String output(Node node, String port) {
    for (int i = 0; i < node.outputs().size(); i++) {
      if (port.equals(Integer.toString(i)) && !node.outputs().get(i).isEmpty()) {
        return node.outputs().get(i);
      }
    }
    return null;
  }

  /** The tensor as a message shows it: {@code node Conv_245 -> tensor 378 (1x18x80x80)}. */
  private String described(String tensor) {
    Node node = graph.producer(tensor);
    Shape shape = graph.shape(tensor);
    String owner = node == null || node.name().isEmpty() ? "" : node.name();
    if (node != null && !owner.isEmpty() && node.outputs().size() > 1) {
      owner += ":" + node.outputs().indexOf(tensor);
    }
    return (owner.isEmpty() || owner.equals(tensor) ? "'" : "'" + owner + "' -> tensor '")
        + tensor
        + "' ("
        + (shape == null ? "shape unknown" : shape)
        + ")";
  }

  /** Computed tensors whose name, or whose node's name, is most like the one asked for. */
  private List<String> nearest(String name) {
    Map<String, Double> distance = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      for (String tensor : used(node)) {
        if (!graph.isConstant(tensor)) {
          distance.put(tensor, Math.min(distance(name, tensor), distance(name, node.name())));
        }
      }
    }
    List<String> tensors = new ArrayList<>(distance.keySet());
    tensors.sort(Comparator.comparing(distance::get));
    return tensors.subList(0, Math.min(SUGGESTIONS, tensors.size()));
  }

  /** Edit distance, but a name that ends in what was asked, or the other way round, is near. */
  private static double distance(String asked, String name) {
    if (name.isEmpty()) {
      return Double.MAX_VALUE;
    }
    boolean tail = asked.length() > 2 && (name.endsWith(asked) || asked.endsWith(name));
    return tail ? 0.5 : EditDistance.between(asked, name);
  }
}
