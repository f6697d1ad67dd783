package dev.ovkit.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;

/**
 * An object of one of the lists of a COCO file, whose values are named by their place when they are
 * wrong.
 */
record JsonEntry(JsonNode node, Place place) {

  /**
   * Where a value is, for messages.
   *
   * @param file the JSON
   * @param name such as {@code annotations[3]}
   */
  record Place(Path file, String name) {

    /** Makes the failure of a value, whose name begins with a dot, or of the whole entry. */
    AnnotationException bad(String what) {
      return new AnnotationException("'%s': %s%s".formatted(file, name, what));
    }
  }

  AnnotationException bad(String what) {
    return place.bad(what);
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  JsonNode required(String key) {
    if (!node.isObject()) {
      throw bad(" is %s, expected an object".formatted(node));
    }
    if (!node.hasNonNull(key)) {
      throw bad(" has no %s".formatted(key));
    }
    return node.get(key);
  }

  long whole(String key) {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw bad(".%s is %s, expected a whole number".formatted(key, value));
    }
    return value.asLong();
  }

  String text(String key) {
    JsonNode value = required(key);
    if (!value.isTextual()) {
      throw bad(".%s is %s, expected a string".formatted(key, value));
    }
    return value.asText();
  }

  /** Returns pixels, or 0 where there are none. */
  int size(String key) {
    if (!has(key)) {
      return 0;
    }
    JsonNode value = node.get(key);
    if (!value.canConvertToInt() || value.asInt() < 1) {
      throw bad(".%s is %s, expected pixels, 1 or more".formatted(key, value));
    }
    return value.asInt();
  }

  /**
   * Returns the numbers of an array of this entry.
   *
   * @param name of the array, which begins with a dot
   */
  double[] numbers(JsonNode array, String name, String expected) {
    double[] numbers = new double[array.size()];
    boolean right = array.isArray();
    for (int i = 0; i < numbers.length && right; i++) {
      numbers[i] = number(array.get(i));
      right = !Double.isNaN(numbers[i]);
    }
    if (!right) {
      throw bad("%s is %s, %s".formatted(name, shortened(array), expected));
    }
    return numbers;
  }

  /** Returns a finite number, or NaN. */
  static double number(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.asDouble()) ? node.asDouble() : Double.NaN;
  }

  private static String shortened(JsonNode node) {
    String text = node.isMissingNode() ? "missing" : node.toString();
    return text.length() > 80 ? text.substring(0, 80) + " …" : text;
  }
}
