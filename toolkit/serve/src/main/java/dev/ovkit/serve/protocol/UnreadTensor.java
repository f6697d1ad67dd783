package dev.ovkit.serve.protocol;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An input as its JSON says it, before its type, its shape and its data are brought together. */
final class UnreadTensor {

  /** The data of an input in JSON: pictures in Base64, or small numbers. */
  static final class JsonData {
    final List<byte[]> texts = new ArrayList<>();
    final ByteArrayOutputStream numbers = new ByteArrayOutputStream();
  }

  String name = "";
  String type = "";
  @Nullable List<Long> shape;
  Map<String, Object> parameters = Map.of();
  @Nullable JsonData data;

  /** Returns what messages call it. */
  String called() {
    return name.isEmpty() ? "an input" : "the input '" + name + "'";
  }
}
