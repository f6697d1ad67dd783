package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder with one IR in it, as exporters write it: best_openvino_model/ with best.xml inside. */
public final class ModelFolder {

  /** Returns the IR in a folder, or the path itself if it is not a folder. */
  public static Path ir(Path model) {
    if (!Files.isDirectory(model)) {
      return model;
    }
    try (Stream<Path> files = Files.list(model)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".xml")).sorted().toList();
      if (found.size() > 1) {
        throw new OptionException(
            "'%s' has %d models, expected one; give one of them: %s"
                .formatted(model, found.size(), found));
      }
      return found.isEmpty() ? model : found.get(0);
    } catch (IOException e) {
      return model; // reading it fails with the reason
    }
  }

  private ModelFolder() {}
}
