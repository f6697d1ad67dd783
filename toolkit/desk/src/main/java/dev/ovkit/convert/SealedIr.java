package dev.ovkit.convert;

import dev.ovkit.internal.files.Sha256;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** An IR that records length and hash of its .bin, so that mixing up two IRs is noticed. */
public final class SealedIr {

  /** Writes an IR whose .bin holds what its graph needs and no more. */
  public static void write(ModelEditor editor, Path xml) throws IOException {
    write(editor, xml, List.of());
  }

  /**
   * Writes twice: the .xml records length and hash of the .bin, known only after the first.
   *
   * @param more what the .bin holds behind the graph's own: numbers that its reader needs
   */
  static void write(ModelEditor editor, Path xml, List<float[]> more) throws IOException {
    Files.deleteIfExists(bin(xml)); // who has mapped an older one keeps it as it was
    save(editor, xml, more);
    editor.setInfo(IrDescription.OVKIT, "bin_bytes", Long.toString(Files.size(bin(xml))));
    editor.setInfo(IrDescription.OVKIT, "bin_sha256", Sha256.of(bin(xml)));
    save(editor, xml, more);
  }

  private static void save(ModelEditor editor, Path xml, List<float[]> more) throws IOException {
    editor.save(xml);
    for (float[] numbers : more) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.multiplyExact(numbers.length, Float.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(numbers);
      Files.write(bin(xml), bytes.array(), StandardOpenOption.APPEND);
    }
  }

  /** Returns the .bin beside an .xml. */
  public static Path bin(Path xml) {
    return xml.resolveSibling(ConvertOptions.stem(xml, ".xml") + ".bin");
  }

  private SealedIr() {}
}
