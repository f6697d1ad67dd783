package dev.ovkit.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads class names as Ultralytics' exporters write them: Python's print of a list or of a
 * dictionary from index to name, or the same as JSON.
 */
final class PythonNames {

  private static final Pattern ENTRY =
      Pattern.compile(
          "(?:[\"']?(?<index>\\d{1,6})[\"']?\\s*+:\\s*+)?"
              + "(?:'(?<single>"
              + inside("'")
              + ")'|\"(?<double>"
              + inside("\"")
              + ")\")\\s*+,?\\s*+");

  /** What may be between two quotes; bounded, so that no text can exhaust the matcher's stack. */
  private static String inside(String quote) {
    return "[^" + quote + "\\\\]*+(?:\\\\.[^" + quote + "\\\\]*+){0,64}+";
  }

  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:u(\\p{XDigit}{4})|x(\\p{XDigit}{2})|(.))", Pattern.DOTALL);

  private PythonNames() {}

  /** What Python and JSON write alike; a rare character is a pair of four-digit codes in both. */
  private static String unescaped(String name) {
    return ESCAPE
        .matcher(name)
        .replaceAll(
            escape -> {
              String code = escape.group(1) != null ? escape.group(1) : escape.group(2);
              return Matcher.quoteReplacement(
                  code != null
                      ? String.valueOf((char) Integer.parseInt(code, 16))
                      : letter(escape.group(3)));
            });
  }

  private static String letter(String escaped) {
    return switch (escaped) {
      case "n" -> "\n";
      case "t" -> "\t";
      case "r" -> "\r";
      case "b" -> "\b";
      case "f" -> "\f";
      default -> escaped;
    };
  }

  /** The names by index; empty if the text is neither, or has gaps. */
  static List<String> read(String text) {
    String body = text.strip();
    boolean list = body.startsWith("[") && body.endsWith("]");
    boolean map = body.startsWith("{") && body.endsWith("}");
    if (!list && !map) {
      return List.of();
    }
    SortedMap<Integer, String> names = new TreeMap<>();
    Matcher entry = ENTRY.matcher(body.substring(1, body.length() - 1).strip());
    while (entry.lookingAt()) {
      boolean indexed = entry.group("index") != null;
      if (indexed != map) {
        return List.of();
      }
      String name = entry.group("single") != null ? entry.group("single") : entry.group("double");
      names.put(indexed ? Integer.parseInt(entry.group("index")) : names.size(), unescaped(name));
      entry.region(entry.end(), entry.regionEnd());
    }
    boolean gaps = !names.isEmpty() && names.lastKey() != names.size() - 1;
    return gaps || entry.regionStart() != entry.regionEnd()
        ? List.of()
        : new ArrayList<>(names.values());
  }
}
