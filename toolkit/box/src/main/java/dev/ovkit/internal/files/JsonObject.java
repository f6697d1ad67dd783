package dev.ovkit.internal.files;

import dev.ovkit.internal.text.OneLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object, read by type. An {@link IOException} says in words what is missing
 * or of another type; its message follows the file's name.
 */
public record JsonObject(Map<?, ?> fields) {

  /** How much of a value a message shows. */
  private static final int MOST_SHOWN = 80;

  /** Reads a file that holds one object. */
  public static JsonObject read(Path file) throws IOException {
    return new JsonObject(JsonFile.read(file));
  }

  /** Reads an object from its bytes. */
  public static JsonObject parse(byte[] json) throws IOException {
    return new JsonObject(JsonFile.parse(json));
  }

  public boolean has(String key) {
    return fields.get(key) != null;
  }

  public String text(String key) throws IOException {
    return require(key, fields.get(key), String.class, "a text");
  }

  /** Returns one of some constants by its name, in whatever case. */
  public <E extends Enum<E>> E constant(String key, List<E> known) throws IOException {
    Object value = fields.get(key);
    for (E one : known) {
      if (value instanceof String name && one.name().equalsIgnoreCase(name)) {
        return one;
      }
    }
    throw wrong(
        key,
        "one of "
            + known.stream()
                .map(one -> one.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }

  public boolean flag(String key) throws IOException {
    return require(key, fields.get(key), Boolean.class, "true or false");
  }

  public long integer(String key) throws IOException {
    Object value = fields.get(key);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong(key, "an integer");
  }

  /** Returns an integer within limits, both included. */
  public int integer(String key, int least, int most) throws IOException {
    if (fields.get(key) instanceof Integer value && value >= least && value <= most) {
      return value;
    }
    throw wrong(key, "a number from %d to %d".formatted(least, most));
  }

  public double number(String key) throws IOException {
    return require(key, fields.get(key), Number.class, "a number").doubleValue();
  }

  public JsonObject object(String key) throws IOException {
    return new JsonObject(require(key, fields.get(key), Map.class, "an object"));
  }

  public List<?> list(String key) throws IOException {
    return require(key, fields.get(key), List.class, "a list");
  }

  public List<JsonObject> objects(String key) throws IOException {
    return list(key, Map.class, "a list of objects").stream()
        .map(item -> new JsonObject((Map<?, ?>) item))
        .toList();
  }

  public List<String> texts(String key) throws IOException {
    return list(key, String.class, "a list of texts");
  }

  public List<Number> numbers(String key) throws IOException {
    return list(key, Number.class, "a list of numbers");
  }

  private <T> List<T> list(String key, Class<T> type, String what) throws IOException {
    List<T> all = new ArrayList<>();
    for (Object item : require(key, fields.get(key), List.class, what)) {
      all.add(require(key, item, type, what));
    }
    return all;
  }

  /** Returns the fields of an object in their order, each converted. */
  public <T> Map<String, T> map(String key, Function<Object, T> value) throws IOException {
    Map<String, T> map = new LinkedHashMap<>();
    object(key).fields().forEach((name, item) -> map.put(String.valueOf(name), value.apply(item)));
    return map;
  }

  /** Refuses a format that only a later ovkit knows. */
  public void requireFormat(int known) throws IOException {
    long format = integer("format");
    if (format != known) {
      throw new IOException("it has format %d, this ovkit reads %d".formatted(format, known));
    }
  }

  private <T> T require(String key, @Nullable Object value, Class<T> type, String what)
      throws IOException {
    if (!type.isInstance(value)) {
      throw wrong(key, what);
    }
    return type.cast(value);
  }

  /** Returns the complaint about a field: what it is, and what was expected. */
  public IOException wrong(String key, String expected) {
    return new IOException(
        "it has %s for \"%s\", expected %s".formatted(shown(fields.get(key)), key, expected));
  }

  private static String shown(@Nullable Object value) {
    if (value == null) {
      return "nothing";
    }
    return OneLine.of(
        value instanceof String ? "\"" + value + "\"" : String.valueOf(value), MOST_SHOWN);
  }
}
