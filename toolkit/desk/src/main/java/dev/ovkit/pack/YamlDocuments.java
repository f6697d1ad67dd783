package dev.ovkit.pack;

import dev.ovkit.OutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Objects as the documents of one YAML file. */
final class YamlDocuments {

  /** Makes an object of keys and values by turns, in their order. */
  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return object;
  }

  /** Writes them into a file that appears whole, and must not be there yet. */
  static void write(List<Map<String, Object>> documents, Path target) {
    try (StagingFolder staging = StagingFolder.beside(target)) {
      Path whole = staging.resolve("objects.yaml");
      Files.writeString(whole, text(documents));
      staging.publish(whole);
    } catch (IOException e) {
      throw OutputException.of(target, e);
    }
  }

  private static String text(List<Map<String, Object>> documents) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setExplicitStart(true);
    options.setSplitLines(false);
    options.setDereferenceAliases(true);
    return new Yaml(options).dumpAll(documents.iterator());
  }

  private YamlDocuments() {}
}
