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
    List<Path> found = irs(model);
    if (found.size() > 1) {
      throw new OptionException(
          "'%s' has %d models, expected one; give one of them: %s"
              .formatted(model, found.size(), found));
    }
    return found.isEmpty() ? model : found.get(0);
  }

  /** Returns whether a path is a folder with an IR in it. */
  static boolean isOne(Path folder) {
    return !irs(folder).isEmpty();
  }

  /** An .xml without a .bin beside it is no IR: annotations of pictures are .xml, too. */
  private static List<Path> irs(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(ModelFolder::hasWeights).sorted().toList();
    } catch (IOException e) {
      return List.of(); // reading it fails with the reason
    }
  }

  private static boolean hasWeights(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".xml")
        && Files.exists(file.resolveSibling(name.replaceFirst("\\.xml$", ".bin")));
  }

  private ModelFolder() {}
}
