package dev.ovkit.surgery;

import dev.ovkit.nativelib.convert.OpenVinoConvert;
import dev.ovkit.nativelib.convert.ovkit_layer;
import dev.ovkit.nativelib.convert.ovkit_layers;
import dev.ovkit.runtime.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;

/**
 * A layer of a compiled model, as the CPU plugin says that it runs it. For the desk: it needs the
 * library of {@link ModelEditor}.
 *
 * @param type such as {@code Convolution}
 * @param precision of the arithmetic, such as {@code u8} or {@code f32}
 * @param kernel such as {@code jit_avx2_I8}
 * @param originals the operations of the IR that became this layer
 */
public record RuntimeLayer(String type, String precision, String kernel, List<String> originals) {

  public RuntimeLayer {
    originals = List.copyOf(originals);
  }

  /** Compiles an IR for the CPU, f32 where it is not 8 bit, and returns its layers. */
  public static List<RuntimeLayer> of(Path ir) {
    Status.requireRuntime();
    ovkit_layers layers = new ovkit_layers();
    try (BytePointer path = Status.utf8(ir.toString())) {
      ModelEditor.call(
          "compile " + ir,
          message ->
              OpenVinoConvert.ovkit_layers_open(path, layers, message, ModelEditor.MESSAGE_BYTES));
    }
    try {
      List<RuntimeLayer> list = new ArrayList<>();
      for (long i = 0; i < OpenVinoConvert.ovkit_layers_count(layers); i++) {
        list.add(at(layers, i));
      }
      return list;
    } finally {
      OpenVinoConvert.ovkit_layers_free(layers);
    }
  }

  private static RuntimeLayer at(ovkit_layers layers, long number) {
    try (ovkit_layer layer = new ovkit_layer()) {
      ModelEditor.call(
          "read layer " + number,
          message ->
              OpenVinoConvert.ovkit_layers_at(
                  layers, number, layer, message, ModelEditor.MESSAGE_BYTES));
      return new RuntimeLayer(
          Status.text(layer.type()),
          Status.text(layer.precision()),
          Status.text(layer.kernel()),
          Arrays.asList(Status.text(layer.originals()).split(",", -1)));
    }
  }

  /** Returns whether it runs in 8 bit. */
  public boolean isEightBit() {
    return isEightBit(kernel);
  }

  /**
   * Returns whether a kernel computes in 8 bit. The CPU plugin writes {@code _I8} behind one that
   * takes unsigned bytes, and {@code _i8} behind one that takes signed bytes.
   */
  public static boolean isEightBit(String kernel) {
    return kernel.toUpperCase(Locale.ROOT).endsWith("_I8");
  }
}
