package dev.ovkit.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** Copies of the demo's model: as it is, and with other labels and another threshold. */
final class PartsModel {

  private static final List<String> LABELS =
      List.of("bolt", "nut", "washer", "gear", "bracket", "bearing");

  /** Writes {@code model.xml} and {@code model.bin}; with labels in capitals, or without. */
  static Path write(Path folder, boolean capitals) throws IOException {
    String text = Files.readString(ServedDemo.IR);
    int notes = text.lastIndexOf("<rt_info>");
    String metadata = text.substring(notes);
    if (capitals) {
      for (String label : LABELS) {
        metadata = metadata.replaceAll("\\b" + label + "\\b", label.toUpperCase(Locale.ROOT));
      }
      metadata = metadata.replace("\"0.65\"", "\"0.3\"");
    }
    return write(folder, text.substring(0, notes) + metadata, Files.readAllBytes(bin()));
  }

  /** Each file appears whole, the larger one first. */
  static Path write(Path folder, String xml, byte[] bin) throws IOException {
    Files.createDirectories(folder);
    Path text = Files.writeString(folder.resolve(".model.xml"), xml);
    Path weights = Files.write(folder.resolve(".model.bin"), bin);
    Files.move(weights, folder.resolve("model.bin"), StandardCopyOption.REPLACE_EXISTING);
    return Files.move(text, folder.resolve("model.xml"), StandardCopyOption.REPLACE_EXISTING);
  }

  static Path bin() {
    return ServedDemo.IR.resolveSibling("conveyor-parts.bin");
  }

  private PartsModel() {}
}
