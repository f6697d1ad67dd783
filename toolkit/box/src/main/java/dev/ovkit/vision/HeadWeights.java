package dev.ovkit.vision;

import dev.ovkit.ModelException;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.HeadLayout.LazyHead;
import dev.ovkit.model.HeadLayout.LazyHeads;
import dev.ovkit.model.IrDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The convolutions of {@linkplain LazyHeads lazy heads}, read once from the end of an IR's .bin;
 * nothing for detectors of another layout. Immutable: many postprocessors may share one.
 */
public final class HeadWeights {

  /** For every layout but lazy heads. */
  public static final HeadWeights NONE = new HeadWeights(List.of());

  private final List<float[]> heads;

  private HeadWeights(List<float[]> heads) {
    this.heads = heads;
  }

  /**
   * Reads what a layout needs.
   *
   * @throws ModelException when the .bin does not end with it, as after another tool saved the IR
   */
  public static HeadWeights of(HeadLayout layout, IrDescription ir) {
    if (!(layout instanceof LazyHeads lazy)) {
      return NONE;
    }
    long begin = ir.weightsBytes() - lazy.weightBytes();
    if (begin < ir.constantsEnd()) {
      throw new ModelException(
          "%s: it does not end with the weights of lazy heads, %d bytes after those of the graph, as %s says; another tool has saved it: convert the model again"
              .formatted(ir.weights(), lazy.weightBytes(), ir.xml().getFileName()));
    }
    try (FileChannel file = FileChannel.open(ir.weights(), StandardOpenOption.READ)) {
      file.position(begin);
      List<float[]> heads = new ArrayList<>();
      for (LazyHead head : lazy.heads()) {
        heads.add(read(file, lazy.weights(head)));
      }
      return new HeadWeights(heads);
    } catch (IOException e) {
      throw new ModelException(
          "%s: it cannot be read (%s)".formatted(ir.weights(), e.getMessage()), e);
    }
  }

  private static float[] read(FileChannel file, int count) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (file.read(bytes) < 0) {
        throw new IOException("it ends early");
      }
    }
    float[] floats = new float[count];
    bytes.flip().asFloatBuffer().get(floats);
    return floats;
  }

  /** Returns the weights of a head by its place. */
  float[] of(int head) {
    if (head >= heads.size()) {
      throw new IllegalArgumentException("lazy heads are read with the weights of their IR");
    }
    return heads.get(head);
  }
}
