package dev.ovkit.onnx;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real models that may lie beside the checkout; they are not ours to commit. */
final class Shared {

  private Shared() {}

  static Path model(String name) {
    String folder = System.getProperty("ovkit.shared.dir", "../../../shared");
    Path file = Path.of(folder, "models", name);
    if (!Files.exists(file)) {
      String why = "skipped: " + file + " is not there (set -Dovkit.shared.dir)";
      System.out.println(why);
      Assumptions.abort(why);
    }
    return file;
  }

  static OnnxModel read(String name) {
    return OnnxModel.read(model(name));
  }
}
