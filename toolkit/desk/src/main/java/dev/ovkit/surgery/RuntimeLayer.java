package dev.ovkit.surgery;

import dev.ovkit.nativelib.convert.ovkit_text;
import dev.ovkit.nativelib.global.OpenVinoConvert;
import dev.ovkit.runtime.Status;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;

/**
 * A layer of a compiled model, as the CPU plugin says that it runs it. For the desk: it stands on
 * the library of {@link ModelEditor}.
 *
 * @param type such as {@code Convolution}
 * @param precision of the arithmetic, such as {@code u8} or {@code f32}
 * @param kernel such as {@code jit_avx2_I8}; what runs in 8 bit ends in {@code _I8}
 * @param originals the operations of the IR that became this layer
 */
public record RuntimeLayer(String type, String precision, String kernel, List<String> originals) {

  public RuntimeLayer {
    originals = List.copyOf(originals);
  }

  /** Compiles an IR for the CPU, f32 where it is not 8 bit, and returns its layers. */
  public static List<RuntimeLayer> of(Path ir) {
    Status.requireRuntime();
    ovkit_text text = new ovkit_text();
    try (BytePointer path = Status.utf8(ir.toString())) {
      ModelEditor.call(
          "compile " + ir,
          message ->
              OpenVinoConvert.ovkit_runtime_layers(path, text, message, ModelEditor.MESSAGE_BYTES));
    }
    return QuantizationEditor.take(text)
        .lines()
        .map(line -> line.split("\t", -1))
        .map(f -> new RuntimeLayer(f[0], f[1], f[2], Arrays.asList(f[3].split(",", -1))))
        .toList();
  }

  /** Returns whether it runs in 8 bit. */
  public boolean isEightBit() {
    return kernel.toUpperCase(Locale.ROOT).endsWith("_I8");
  }
}
