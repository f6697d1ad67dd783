package dev.ovkit.convert;

import java.util.List;

/**
 * A conversion made again from its manifest.
 *
 * @param conversion what was made now
 * @param otherVersions a sentence for each tool whose version is another than then
 * @param otherFiles the files whose bytes are others than then; empty if the repetition holds
 */
public record Repetition(
    Conversion conversion, List<String> otherVersions, List<String> otherFiles) {

  public Repetition {
    otherVersions = List.copyOf(otherVersions);
    otherFiles = List.copyOf(otherFiles);
  }
}
