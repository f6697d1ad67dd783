package dev.ovkit.runtime;

/**
 * An input or output of a model.
 *
 * @param index its place among the inputs, or among the outputs
 * @param name one of its tensor names, or what {@link #unnamed} makes of its place
 */
public record Port(int index, String name, Shape shape, ElementType type) {

  /** Returns what a port without a tensor name is called: by its place, as in {@code :0}. */
  public static String unnamed(int index) {
    return ":" + index;
  }
}
