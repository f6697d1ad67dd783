package dev.ovkit.serve.model;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.internal.text.OneLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a model comes from, as far as the manifest of its conversion says so.
 *
 * @param family of detectors, as in {@code YOLOv7-tiny}
 * @param licence that its exporter noted
 */
public record ModelNotes(Optional<String> family, Optional<String> licence) {

  private static final ModelNotes NONE = new ModelNotes(Optional.empty(), Optional.empty());

  private static final String FORMAT = "ovkit-conversion-1";
  private static final int MOST_BYTES = 1 << 20;
  private static final int LONGEST = 120;

  /** Reads the manifest beside an IR. What is missing or cannot be read is no reason to fail. */
  static ModelNotes beside(Path ir) {
    Path manifest = ir.resolveSibling(ModelListing.nameOf(ir) + ".json");
    try {
      if (!Files.isRegularFile(manifest) || Files.size(manifest) > MOST_BYTES) {
        return NONE;
      }
      Map<String, Object> root = JSON.std.mapFrom(Files.readAllBytes(manifest));
      if (!FORMAT.equals(root.get("format")) || !(root.get("decisions") instanceof List<?> list)) {
        return NONE;
      }
      return new ModelNotes(decision(list, "family"), decision(list, "licence"));
    } catch (IOException e) {
      return NONE;
    }
  }

  private static Optional<String> decision(List<?> decisions, String what) {
    return decisions.stream()
        .filter(one -> one instanceof Map<?, ?> map && what.equals(map.get("what")))
        .map(one -> ((Map<?, ?>) one).get("value"))
        .filter(String.class::isInstance)
        .map(value -> OneLine.of((String) value, LONGEST))
        .findFirst();
  }
}
