package dev.ovkit.ir;

import java.util.ArrayList;
import java.util.List;

/**
 * The names of a tensor, as an IR's XML lists them: with commas between, and backslashes inside.
 */
public final class TensorNames {

  /** Returns the names that an attribute lists. */
  public static List<String> split(String text) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        name.append(text.charAt(++i));
      } else if (c == ',') {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    if (name.length() > 0) {
      names.add(name.toString());
    }
    return names;
  }

  /** Returns a name as an attribute has it. */
  public static String escaped(String name) {
    return name.replace("\\", "\\\\").replace(",", "\\,");
  }

  private TensorNames() {}
}
