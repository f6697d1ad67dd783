package dev.ovkit.internal.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file that holds one JSON object, as maps, lists, texts, numbers and booleans. */
public final class JsonFile {

  /** More than any file of ovkit's own has; a larger one is not read. */
  private static final int MOST_BYTES = 32 << 20;

  private static final JSON FORMAT =
      JSON.std
          .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
          .with(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS)
          .without(JSON.Feature.USE_FIELDS);

  /**
   * Reads an object.
   *
   * @throws IOException with a message that follows the file's name, such as "not valid JSON (line
   *     3)"
   */
  public static Map<String, Object> read(Path file) throws IOException {
    return parse(bytes(file));
  }

  /** Reads an object from its bytes; as {@link #read}. */
  @SuppressWarnings("unchecked") // the keys of JSON are texts
  public static Map<String, Object> parse(byte[] json) throws IOException {
    if (value(json) instanceof Map<?, ?> object) {
      return (Map<String, Object>) object;
    }
    throw new IOException("not a JSON object");
  }

  /**
   * Reads whatever value a file holds: a map, a list, a text, a number, a boolean, or null.
   *
   * @throws IOException as {@link #read}
   */
  public static @Nullable Object readAny(Path file) throws IOException {
    return value(bytes(file));
  }

  private static byte[] bytes(Path file) throws IOException {
    try {
      return BoundedFile.read(file, MOST_BYTES);
    } catch (IOException e) {
      throw new IOException(WrongFile.reason(e), e);
    }
  }

  private static @Nullable Object value(byte[] json) throws IOException {
    try {
      return FORMAT.anyFrom(json);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new IOException("not valid JSON (line %d)".formatted(line), e);
    }
  }

  /**
   * Returns the same bytes for the same object: keys in the map's order, a line's end at the end.
   */
  public static byte[] bytes(Map<String, ?> object) {
    try {
      return (FORMAT.asString(object) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("maps, lists, numbers and texts can always be written", e);
    }
  }

  /** Writes an object, whole or not at all. */
  public static void write(Path file, Map<String, ?> object) throws IOException {
    WholeFile.write(file, bytes(object));
  }

  private JsonFile() {}
}
