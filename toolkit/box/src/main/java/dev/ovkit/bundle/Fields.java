package dev.ovkit.bundle;

import dev.ovkit.internal.files.JsonFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object, asked for by type; a miss is said in words. */
record Fields(Map<?, ?> object) {

  static Fields parse(byte[] json) throws IOException {
    return new Fields(JsonFile.parse(json));
  }

  boolean has(String key) {
    return object.get(key) != null;
  }

  String text(String key) throws IOException {
    return require(key, object.get(key), String.class, "a text");
  }

  boolean flag(String key) throws IOException {
    return require(key, object.get(key), Boolean.class, "true or false");
  }

  long integer(String key) throws IOException {
    Object value = object.get(key);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong(key, "an integer");
  }

  double number(String key) throws IOException {
    return require(key, object.get(key), Number.class, "a number").doubleValue();
  }

  Fields fields(String key) throws IOException {
    return new Fields(require(key, object.get(key), Map.class, "an object"));
  }

  List<?> list(String key) throws IOException {
    return require(key, object.get(key), List.class, "a list");
  }

  /** The objects of a list. */
  List<Fields> objects(String key) throws IOException {
    List<?> list = list(key);
    for (Object item : list) {
      require(key, item, Map.class, "a list of objects");
    }
    return list.stream().map(item -> new Fields((Map<?, ?>) item)).toList();
  }

  List<String> texts(String key) throws IOException {
    List<?> list = list(key);
    for (Object item : list) {
      require(key, item, String.class, "a list of texts");
    }
    return list.stream().map(String.class::cast).toList();
  }

  /** Refuses what a later ovkit wrote in a way that this one does not know. */
  void requireFormat(int known) throws IOException {
    long format = integer("format");
    if (format != known) {
      throw new IOException("it has format %d, this ovkit reads %d".formatted(format, known));
    }
  }

  private static <T> T require(String key, @Nullable Object value, Class<T> type, String what)
      throws IOException {
    if (!type.isInstance(value)) {
      throw wrong(key, what);
    }
    return type.cast(value);
  }

  private static IOException wrong(String key, String what) {
    return new IOException("'%s' is missing or not %s".formatted(key, what));
  }
}
