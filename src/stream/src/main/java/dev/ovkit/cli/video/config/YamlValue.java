package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A value in a YAML file, with its line. Messages show it as it was typed: what the environment has
 * put into it may be a secret.
 *
 * @param key what it is the value of, for messages
 */
record YamlValue(YamlSource source, String key, Node node) {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

  /** Returns the file and the line. */
  String origin() {
    return source.origin(node);
  }

  OptionException refusal(String expected) {
    String typed =
        node instanceof ScalarNode scalar && !mayBeSecret(scalar.getValue())
            ? " '%s'".formatted(scalar.getValue())
            : "";
    return new OptionException("%s: %s%s: expected %s".formatted(origin(), key, typed, expected));
  }

  /** A URL, or a part of one, can have a password. */
  private static boolean mayBeSecret(String typed) {
    return typed.contains("://") || typed.contains("@");
  }

  /** Returns a text, with variables of the environment put in. */
  String text() {
    if (!(node instanceof ScalarNode scalar) || node.getTag().equals(Tag.NULL)) {
      throw refusal("a text");
    }
    StringBuilder text = new StringBuilder();
    Matcher variable = VARIABLE.matcher(scalar.getValue());
    while (variable.find()) {
      String value = source.environment().get(variable.group(1));
      if (value == null) {
        throw new OptionException(
            "%s: %s: the environment has no variable '%s'; set it, or correct its name"
                .formatted(origin(), key, variable.group(1)));
      }
      variable.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    variable.appendTail(text);
    if (text.toString().isBlank()) {
      throw refusal("a text that is not empty");
    }
    return text.toString();
  }

  boolean isTrue() {
    return switch (text().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw refusal("true or false");
    };
  }

  double number(double low, double high) {
    try {
      double number = Double.parseDouble(text());
      if (number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw refusal("a number, %s to %s".formatted(plain(low), plain(high)));
  }

  int whole(int low, int high) {
    try {
      int number = Integer.parseInt(text());
      if (number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw refusal(
        high == Integer.MAX_VALUE
            ? "a whole number, %d or more".formatted(low)
            : "a whole number, %d to %d".formatted(low, high));
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }

  /** Returns the values of a list. */
  List<YamlValue> list(String expected) {
    if (!(node instanceof SequenceNode sequence)) {
      throw refusal("a list of " + expected);
    }
    List<YamlValue> values = new ArrayList<>();
    for (Node one : sequence.getValue()) {
      values.add(new YamlValue(source, key, one));
    }
    return values;
  }

  /**
   * Reads its text with a reader that refuses what is wrong with a message that begins with what it
   * is given first.
   */
  <T> T read(BiFunction<String, String, T> reader) {
    String typed = node instanceof ScalarNode scalar ? " " + scalar.getValue() : "";
    return reader.apply("%s: %s%s".formatted(origin(), key, typed), text());
  }

  YamlMapping mapping(String... keys) {
    return YamlMapping.of(this, keys);
  }
}
