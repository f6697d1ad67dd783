package dev.ovkit.cli.print;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.Map;

/** One JSON object. */
public final class Json {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  public static void print(PrintWriter out, Map<String, ?> object) {
    out.println(text(object));
  }

  /** Without line ends, for one object a line. */
  public static String line(Map<String, ?> object) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps, lists, numbers and texts can always be written", e);
    }
  }

  public static String text(Map<String, ?> object) {
    try {
      return MAPPER.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps, lists, numbers and texts can always be written", e);
    }
  }

  private Json() {}
}
