package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.ovkit.runtime.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Numbers out of and into ONNX tensors. */
public final class Tensors {

  private Tensors() {}

  static Shape shape(TensorProto tensor) {
    return new Shape(tensor.getDimsList());
  }

  /**
   * What is wrong with the size that the tensor declares, or null. Must have answered null before
   * anything is allocated by the declared dimensions.
   */
  static @Nullable String flaw(TensorProto tensor) {
    return tensor.hasRawData()
        ? flaw(tensor, tensor.getRawData().size())
        : flaw(tensor, listed(tensor), 1, "values");
  }

  /** The same for a tensor whose bytes lie elsewhere. */
  static @Nullable String flaw(TensorProto tensor, long bytes) {
    return flaw(tensor, bytes, bits(tensor.getDataType()) / 8, "bytes");
  }

  private static @Nullable String flaw(TensorProto tensor, long held, long each, String unit) {
    if (tensor.getDimsList().stream().anyMatch(dim -> dim < 0)) {
      return "declares a negative dimension";
    }
    if (bits(tensor.getDataType()) == 0) {
      return null; // not stored as plain numbers, so never decoded here
    }
    try {
      long wanted = Math.multiplyExact(shape(tensor).elements(), each);
      return held == wanted
          ? null
          : "declares %s, %d %s, but holds %d".formatted(shape(tensor), wanted, unit, held);
    } catch (ArithmeticException e) {
      return "declares more elements than can be counted";
    }
  }

  /** Bits per element of a type that is stored as plain numbers, else 0. */
  static int bits(int type) {
    return switch (type) {
      case DataType.UINT8_VALUE, DataType.INT8_VALUE, DataType.BOOL_VALUE -> 8;
      case DataType.UINT16_VALUE,
          DataType.INT16_VALUE,
          DataType.FLOAT16_VALUE,
          DataType.BFLOAT16_VALUE ->
          16;
      case DataType.FLOAT_VALUE, DataType.INT32_VALUE, DataType.UINT32_VALUE -> 32;
      case DataType.DOUBLE_VALUE, DataType.INT64_VALUE, DataType.UINT64_VALUE -> 64;
      default -> 0;
    };
  }

  public static boolean isInteger(int type) {
    return switch (type) {
      case DataType.FLOAT_VALUE,
          DataType.FLOAT16_VALUE,
          DataType.BFLOAT16_VALUE,
          DataType.DOUBLE_VALUE ->
          false;
      default -> true;
    };
  }

  private static long listed(TensorProto tensor) {
    return switch (tensor.getDataType()) {
      case DataType.FLOAT_VALUE -> tensor.getFloatDataCount();
      case DataType.DOUBLE_VALUE -> tensor.getDoubleDataCount();
      case DataType.INT64_VALUE -> tensor.getInt64DataCount();
      case DataType.UINT32_VALUE, DataType.UINT64_VALUE -> tensor.getUint64DataCount();
      default -> tensor.getInt32DataCount();
    };
  }

  /** The tensor's numbers, or null for a type that is not stored as plain numbers. */
  static double @Nullable [] doubles(TensorProto tensor) {
    int type = tensor.getDataType();
    if (bits(type) == 0) {
      return null;
    }
    double[] values = new double[Math.toIntExact(shape(tensor).elements())];
    ByteBuffer raw =
        tensor.hasRawData()
            ? tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN)
            : null;
    for (int i = 0; i < values.length; i++) {
      values[i] = raw != null ? next(raw, type) : listed(tensor, type, i);
    }
    return values;
  }

  /** The numbers of an f32 tensor. */
  static float[] floats(TensorProto tensor) {
    float[] values = new float[Math.toIntExact(shape(tensor).elements())];
    if (tensor.hasRawData()) {
      tensor
          .getRawData()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.getFloatData(i);
      }
    }
    return values;
  }

  public static TensorProto of(String name, Shape shape, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return builder(name, shape, DataType.FLOAT_VALUE, raw);
  }

  public static TensorProto ofLongs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    return builder(name, Shape.of(values.length), DataType.INT64_VALUE, raw);
  }

  /** A tensor of this type and shape, each of its numbers 1. */
  public static TensorProto ones(String name, int type, Shape shape) {
    int count = Math.toIntExact(shape.elements());
    TensorProto.Builder ones =
        TensorProto.newBuilder().setName(name).addAllDims(shape.dimensions()).setDataType(type);
    for (int i = 0; i < count; i++) {
      if (type == DataType.INT64_VALUE) {
        ones.addInt64Data(1);
      } else if (type == DataType.FLOAT_VALUE) {
        ones.addFloatData(1);
      } else {
        ones.addInt32Data(1);
      }
    }
    return ones.build();
  }

  private static TensorProto builder(String name, Shape shape, int type, ByteBuffer raw) {
    return TensorProto.newBuilder()
        .setName(name)
        .addAllDims(shape.dimensions())
        .setDataType(type)
        .setRawData(ByteString.copyFrom(raw))
        .build();
  }

  private static double next(ByteBuffer raw, int type) {
    return switch (type) {
      case DataType.FLOAT_VALUE -> raw.getFloat();
      case DataType.DOUBLE_VALUE -> raw.getDouble();
      case DataType.FLOAT16_VALUE -> half(raw.getShort());
      case DataType.BFLOAT16_VALUE -> Float.intBitsToFloat(raw.getShort() << 16);
      case DataType.INT64_VALUE, DataType.UINT64_VALUE -> raw.getLong();
      case DataType.INT32_VALUE -> raw.getInt();
      case DataType.UINT32_VALUE -> raw.getInt() & 0xFFFF_FFFFL;
      case DataType.INT16_VALUE -> raw.getShort();
      case DataType.UINT16_VALUE -> raw.getShort() & 0xFFFF;
      case DataType.INT8_VALUE -> raw.get();
      default -> raw.get() & 0xFF;
    };
  }

  private static double listed(TensorProto tensor, int type, int i) {
    return switch (type) {
      case DataType.FLOAT_VALUE -> tensor.getFloatData(i);
      case DataType.DOUBLE_VALUE -> tensor.getDoubleData(i);
      case DataType.INT64_VALUE -> tensor.getInt64Data(i);
      case DataType.UINT32_VALUE, DataType.UINT64_VALUE -> tensor.getUint64Data(i);
      case DataType.FLOAT16_VALUE -> half((short) tensor.getInt32Data(i));
      case DataType.BFLOAT16_VALUE -> Float.intBitsToFloat(tensor.getInt32Data(i) << 16);
      default -> tensor.getInt32Data(i);
    };
  }

  /** An IEEE binary16 number; the JDK has this only from 20 on. */
  static float half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 31 -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> (1024 + fraction) * (float) Math.scalb(1.0, exponent - 25);
        };
    return bits < 0 ? -magnitude : magnitude;
  }

  static boolean allEqual(float[] values, float wanted) {
    for (float value : values) {
      if (value != wanted) {
        return false;
      }
    }
    return true;
  }

  static float[] filled(int length, float value) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return values;
  }
}
