package dev.ovkit.convert;

import dev.ovkit.OptionException;
import java.util.Arrays;
import java.util.List;

/** Which tensors become the IR's outputs. */
public sealed interface Outputs {

  /**
   * Whether the caller names them, so that they are kept even where nothing reads boxes from them.
   */
  default boolean areNamed() {
    return this instanceof AsTheyAre || this instanceof Named || this instanceof Tensors;
  }

  /** What is best for the detector that the model is; a model that is none is refused. */
  record Auto() implements Outputs {}

  /** The outputs that the model has. */
  record AsTheyAre() implements Outputs {}

  /**
   * One, {@code [1, 4 + classes, N]}: a detector's boxes, decoded in the graph into the layout of
   * YOLOv8, which OpenVINO's Model API reads.
   */
  record Columns() implements Outputs {}

  /**
   * Of each raw head of a YOLOv5-type detector the objectness and the feature map before it: {@link
   * dev.ovkit.layout.LazyHeads}, which ovkit alone decodes.
   */
  record Lazy() implements Outputs {}

  /**
   * These, in this order.
   *
   * @param names each a node's name, a tensor's name, or {@code NODE:port}
   */
  record Named(List<String> names) implements Outputs {
    public Named {
      names = List.copyOf(names);
    }
  }

  /**
   * These tensors, in this order, whatever else has such a name.
   *
   * @param names as the graph has them
   */
  record Tensors(List<String> names) implements Outputs {
    public Tensors {
      names = List.copyOf(names);
    }
  }

  /** Reads {@code auto}, {@code none}, {@code columns}, or names with commas between them. */
  static Outputs parse(String text) {
    return switch (text.strip()) {
      case "auto" -> new Auto();
      case "none" -> new AsTheyAre();
      case "columns" -> new Columns();
      default -> {
        List<String> names = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (names.contains("")) {
          throw new OptionException(
              "--output '%s': a name is empty; expected NAME,NAME,… or auto, none or columns"
                  .formatted(text));
        }
        yield new Named(names);
      }
    };
  }
}
