package dev.ovkit.convert;

import dev.ovkit.model.DetectorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a conversion made.
 *
 * @param xml the graph
 * @param bin its weights
 * @param manifestFile how it was made, to be repeated
 * @param binBytes their size
 * @param detector what the IR says of itself; empty if the model was not recognised
 * @param decisions what was decided and why, in the order of the work
 * @param manifest the content of the manifest's file
 */
public record Conversion(
    Path xml,
    Path bin,
    Path manifestFile,
    long binBytes,
    Optional<DetectorSpec> detector,
    List<Decision> decisions,
    ConversionManifest manifest) {

  public Conversion {
    decisions = List.copyOf(decisions);
  }

  /** What boxes rest on and nothing in the model confirms. */
  public List<Decision> assumptions() {
    return decisions.stream().filter(Decision::assumed).toList();
  }
}
