package dev.ovkit.serve.model;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A path that stands for models, as {@link ModelListing} says.
 *
 * @param name what the model is called in place of its own name; for a path of one model
 */
public record ModelPlace(Path path, Optional<String> name) {

  /** A path whose models have their own names. */
  public static ModelPlace of(Path path) {
    return new ModelPlace(path, Optional.empty());
  }
}
