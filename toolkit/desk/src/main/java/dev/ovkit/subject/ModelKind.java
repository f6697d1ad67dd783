package dev.ovkit.subject;

import dev.ovkit.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Which of the two formats a file has, by its ending. */
public enum ModelKind {
  ONNX,
  IR;

  public static ModelKind of(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".onnx")) {
      return ONNX;
    }
    // A reader of IRs says what is wrong with a .bin or a folder.
    if (name.endsWith(".xml") || name.endsWith(".bin") || Files.isDirectory(file)) {
      return IR;
    }
    throw new ModelException(
        "'%s' is neither an ONNX model nor an IR; expected a name that ends in .onnx or .xml"
            .formatted(file));
  }
}
