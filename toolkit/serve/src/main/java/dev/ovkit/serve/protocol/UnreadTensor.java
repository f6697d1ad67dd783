package dev.ovkit.serve.protocol;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An input as a request says it, before its type, its shape and its data are brought together. */
final class UnreadTensor {

  /** The data of an input, element by element: encoded pictures, or small numbers. */
  static final class Elements {
    final List<byte[]> pictures = new ArrayList<>();
    final ByteArrayOutputStream numbers = new ByteArrayOutputStream();
  }

  /** Where in the body the data of an input is in its binary form. */
  record Range(int from, int size) {}

  String name = "";
  String type = "";
  @Nullable List<Long> shape;
  Map<String, Object> parameters = Map.of();
  @Nullable Elements data;
  @Nullable Range binary;

  /** Returns what messages call it. */
  String called() {
    return name.isEmpty() ? "an input" : "the input '" + name + "'";
  }
}
