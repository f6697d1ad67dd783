package dev.ovkit.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The memory of one input or output of a request.
 *
 * <p>It is a direct buffer that Java owns and OpenVINO reads or writes in place: no copy, and no
 * dangling memory after the request is closed. While an inference runs its content is undefined,
 * and after close too: the next request may use the memory.
 */
public final class Tensor {

  private final Shape shape;
  private final ElementType type;
  private final ByteBuffer bytes;
  private final FloatBuffer floats;

  Tensor(Shape shape, ElementType type, TensorMemory memory) {
    this.shape = shape;
    this.type = type;
    this.bytes = memory.bytes().duplicate().order(ByteOrder.nativeOrder());
    this.floats = bytes.asFloatBuffer();
  }

  static int bytes(Shape shape, ElementType type) {
    return Math.toIntExact(Math.multiplyExact(shape.elements(), type.bytes()));
  }

  public Shape shape() {
    return shape;
  }

  public ElementType type() {
    return type;
  }

  /** Returns all of the memory, in native order; the same buffer each time, so do not move it. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /**
   * Returns the memory as f32; the same buffer each time, so read and write by index.
   *
   * @throws IllegalStateException if the tensor is of another type
   */
  public FloatBuffer floats() {
    if (type != ElementType.F32) {
      throw new IllegalStateException("the tensor is " + type + ", not F32");
    }
    return floats;
  }
}
