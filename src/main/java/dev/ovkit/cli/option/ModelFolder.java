package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A model as it is typed: a file, or a folder with one IR in it, as exporters write it:
 * best_openvino_model/ with best.xml inside.
 */
public final class ModelFolder {

  /** How the option is explained that takes a model. */
  static final String OPTION =
      "The model: the .xml file of an IR, with its .bin file in the same folder. The same as the argument MODEL.";

  /** Whether an argument is a model, not a picture or a video. */
  static boolean isModel(String typed) {
    if (isNamed(typed, ".xml") || isNamed(typed, ".onnx")) {
      return true;
    }
    try {
      return !irs(Path.of(typed)).isEmpty();
    } catch (InvalidPathException e) {
      return false; // reading it fails with the reason
    }
  }

  static boolean isNamed(String typed, String ending) {
    return typed.toLowerCase(Locale.ROOT).endsWith(ending);
  }

  /** The error of a call without a model. */
  static ParameterException missing(CommandSpec spec) {
    return new ParameterException(
        spec.commandLine(),
        "no model was given; expected MODEL.xml as the first argument, or --ir MODEL.xml");
  }

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
