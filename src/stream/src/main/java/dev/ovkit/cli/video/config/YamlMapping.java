package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import dev.ovkit.cli.Suggestion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Keys and values of a YAML file, with their lines. */
final class YamlMapping {

  private final YamlValue whole;
  private final Map<String, YamlValue> values = new LinkedHashMap<>();

  private YamlMapping(YamlValue whole) {
    this.whole = whole;
  }

  /**
   * Takes a value as a mapping.
   *
   * @param keys all that it may have
   * @throws OptionException when it has another, or one twice
   */
  static YamlMapping of(YamlValue whole, String... keys) {
    if (!(whole.node() instanceof MappingNode mapping)) {
      throw whole.refusal("keys and values: " + String.join(", ", keys));
    }
    YamlMapping result = new YamlMapping(whole);
    for (NodeTuple tuple : mapping.getValue()) {
      Node node = tuple.getKeyNode();
      String key = node instanceof ScalarNode scalar ? scalar.getValue() : "";
      String origin = whole.source().origin(node);
      if (!List.of(keys).contains(key)) {
        throw new OptionException(
            "%s: unknown key '%s'; %s".formatted(origin, key, nearest(key, keys)));
      }
      YamlValue value = new YamlValue(whole.source(), key, tuple.getValueNode());
      if (result.values.put(key, value) != null) {
        throw new OptionException("%s: '%s' is given twice".formatted(origin, key));
      }
    }
    // A key without a value is as good as none.
    result.values.values().removeIf(value -> value.node().getTag().equals(Tag.NULL));
    return result;
  }

  private static String nearest(String key, String... keys) {
    return Suggestion.among(key, Arrays.stream(keys))
        .map("did you mean '%s'?"::formatted)
        .orElseGet(() -> "expected one of " + String.join(", ", keys));
  }

  Optional<YamlValue> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  YamlValue get(String key) {
    return find(key)
        .orElseThrow(
            () -> new OptionException("%s: '%s' is missing".formatted(whole.origin(), key)));
  }

  Optional<String> text(String key) {
    return find(key).map(YamlValue::text);
  }

  boolean isTrue(String key, boolean other) {
    return find(key).map(YamlValue::isTrue).orElse(other);
  }

  /** Returns the values of a list; none if there is no such key. */
  List<YamlValue> list(String key, String expected) {
    return find(key).map(value -> value.list(expected)).orElse(List.of());
  }

  YamlValue whole() {
    return whole;
  }
}
