package dev.ovkit.ir;

import dev.ovkit.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One section of an IR's metadata being read; every complaint names file and key.
 *
 * @param info the section, without its prefix
 * @param source what to call the file in a message
 */
public record MetadataSection(Map<String, String> info, String source) {

  /** Returns whether there is a value. */
  public boolean has(String key) {
    return info.containsKey(key);
  }

  /** Returns a value that must be there. */
  public String text(String key) {
    String value = info.get(key);
    if (value == null) {
      throw wrong(key, "a value");
    }
    return value;
  }

  /** Returns a value that is empty where there is none. */
  public String textOrEmpty(String key) {
    return info.getOrDefault(key, "").strip();
  }

  public boolean flag(String key) {
    return switch (text(key)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, "true or false");
    };
  }

  public int whole(String key) {
    try {
      return Integer.parseInt(text(key));
    } catch (NumberFormatException e) {
      throw wrong(key, "a whole number");
    }
  }

  public float number(String key, float otherwise) {
    String value = info.get(key);
    return value == null ? otherwise : number(key, value);
  }

  /** Returns the number in a part of a key's value. */
  public float number(String key, String value) {
    try {
      float number = Float.parseFloat(value.strip());
      if (Float.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong(key, "a number");
  }

  public List<Float> numbers(String key) {
    List<Float> numbers = new ArrayList<>();
    String value = info.get(key);
    if (value != null) {
      for (String part : value.split(",", -1)) {
        numbers.add(number(key, part));
      }
    }
    return numbers;
  }

  /** Returns the error of a value that makes no sense. */
  public ModelException wrong(String key, String wanted) {
    String value = info.get(key);
    return new ModelException(
        "%s: its ovkit metadata has %s for '%s', expected %s; convert the model again"
            .formatted(source, value == null ? "nothing" : "'" + value + "'", key, wanted));
  }

  /** Returns a number as metadata has it: without a fraction where it has none. */
  public static String text(float value) {
    return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
  }
}
