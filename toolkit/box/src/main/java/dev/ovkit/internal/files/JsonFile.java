package dev.ovkit.internal.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

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
   * @throws IOException with a message that goes behind the file's name, such as "it is no JSON
   *     object"
   */
  public static Map<String, Object> read(Path file) throws IOException {
    return parse(BoundedFile.read(file, MOST_BYTES));
  }

  /** Reads an object from its bytes; as {@link #read}. */
  public static Map<String, Object> parse(byte[] json) throws IOException {
    try {
      Map<String, Object> object = FORMAT.mapFrom(json);
      if (object == null) {
        throw new IOException("not a JSON object");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new IOException("not a JSON object", e);
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
