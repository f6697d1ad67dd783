package dev.ovkit.head;

import java.util.List;

/**
 * The few operations with which a layout decodes itself in a graph. Tensors are known by name; a
 * shape lists dimensions, outermost first.
 */
public interface GraphWriter {

  /** Returns the shape of a tensor. */
  long[] shape(String tensor);

  /** Adds an operator of ONNX without attributes and returns its output. */
  String op(String type, long[] shape, String... inputs);

  String reshape(String tensor, long... shape);

  String transpose(String tensor, long[] shape, int... permutation);

  String concat(List<String> tensors, int axis, long... shape);

  /** Adds the concatenation that becomes the graph's only output. */
  String concatLast(List<String> tensors, int axis, long... shape);

  String slice(String tensor, int axis, long from, long to, long... shape);

  String constant(String name, long[] shape, float... values);
}
