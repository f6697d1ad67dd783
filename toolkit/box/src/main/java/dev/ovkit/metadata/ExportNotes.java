package dev.ovkit.metadata;

import dev.ovkit.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What Ultralytics' exporter notes in {@code metadata.yaml} beside an IR.
 *
 * @param task such as {@code detect} or {@code segment}; empty if it does not say
 * @param names the classes in order; empty if there are none
 * @param pointShape key points of an object and numbers of a point; empty if there are none
 * @param size height and width of the input; empty if it does not say
 */
record ExportNotes(String task, List<String> names, List<Integer> pointShape, List<Integer> size) {

  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_CLASSES = 100_000;

  ExportNotes {
    names = List.copyOf(names);
    pointShape = List.copyOf(pointShape);
    size = size.size() == 1 ? List.of(size.get(0), size.get(0)) : List.copyOf(size);
  }

  /**
   * Reads the notes. The file may come from anywhere: no types but YAML's own, limited size.
   *
   * @throws ModelException when it is damaged
   * @throws NoClassDefFoundError where SnakeYAML is not there, which is optional; so does any other
   *     use of this class
   */
  static ExportNotes read(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new ModelException(
            "%s: it has more than %d bytes; expected what Ultralytics writes beside an IR"
                .formatted(file, MOST_BYTES));
      }
      Object root =
          new Yaml(new SafeConstructor(new LoaderOptions()))
              .load(Files.readString(file, StandardCharsets.UTF_8));
      if (!(root instanceof Map<?, ?> map)) {
        throw new ModelException(
            "%s: not a list of keys; expected what Ultralytics writes beside an IR"
                .formatted(file));
      }
      return new ExportNotes(
          map.get("task") instanceof String task ? task : "",
          names(file, map.get("names")),
          whole(map.get("kpt_shape")),
          whole(map.get("imgsz")));
    } catch (YAMLException | NumberFormatException e) { // the latter of numbers and escapes
      throw new ModelException(
          "%s: not valid YAML (%s); repair or remove it"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new ModelException("%s: it cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  private static List<Integer> whole(@Nullable Object numbers) {
    List<Integer> list = new ArrayList<>();
    for (Object number : numbers instanceof List<?> given ? given : Arrays.asList(numbers)) {
      if (number instanceof Integer whole) {
        list.add(whole);
      }
    }
    return list;
  }

  /** {@code {0: person, 1: bicycle}}, or a list. */
  private static List<String> names(Path file, @Nullable Object names) {
    List<String> list = new ArrayList<>();
    if (names instanceof List<?> given) {
      given.forEach(name -> list.add(String.valueOf(name)));
    } else if (names instanceof Map<?, ?> given) {
      Map<Integer, String> sorted = new TreeMap<>();
      given.forEach(
          (number, name) -> {
            if (number instanceof Integer i) {
              sorted.put(i, String.valueOf(name));
            }
          });
      for (int i = 0; i < Math.min(given.size(), MOST_CLASSES); i++) {
        String name = sorted.get(i);
        if (name == null) {
          throw new ModelException(
              "%s: its names have no class %d; expected numbers from 0 without a gap"
                  .formatted(file, i));
        }
        list.add(name);
      }
    }
    return list;
  }
}
