package dev.ovkit.diagnose;

import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.subject.PictureSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a diagnosis explains, and what is known to be right.
 *
 * @param ir the .xml
 * @param pictures at least one
 * @param expected boxes as {@code infer --json} prints them, or a plain list
 * @param reference the model that the IR was made of; expected boxes win over it
 * @param bitDepth the bits that values of 16-bit pictures use
 */
public record Question(
    Path ir,
    List<Path> pictures,
    Optional<Path> expected,
    Optional<ConvertOptions> reference,
    int bitDepth) {

  public Question {
    pictures = List.copyOf(pictures);
  }

  /** Of pictures that use all of their bits. */
  public Question(
      Path ir, List<Path> pictures, Optional<Path> expected, Optional<ConvertOptions> reference) {
    this(ir, pictures, expected, reference, PictureSource.ALL_BITS);
  }
}
