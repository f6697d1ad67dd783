package dev.ovkit.diagnose;

import dev.ovkit.model.Detection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The boxes on a picture before and after.
 *
 * @param before as the IR is read now; empty if it cannot be
 * @param after as the explanation has it read; empty if there is none
 */
public record PictureChange(
    Path picture, Optional<List<Detection>> before, Optional<List<Detection>> after) {

  public PictureChange {
    before = before.map(List::copyOf);
    after = after.map(List::copyOf);
  }
}
