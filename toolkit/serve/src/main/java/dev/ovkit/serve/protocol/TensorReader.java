package dev.ovkit.serve.protocol;

import static dev.ovkit.serve.protocol.ProtocolException.expect;
import static dev.ovkit.serve.protocol.ProtocolException.wrong;

import java.util.ArrayList;
import java.util.List;

/** Brings type, shape and data of an input together. */
final class TensorReader {

  private static final int CHANNELS = 3;

  private final byte[] body;
  private final InferenceRequest.Bounds bounds;

  /**
   * Makes a reader.
   *
   * @param body holds what is in binary form
   */
  TensorReader(byte[] body, InferenceRequest.Bounds bounds) {
    this.body = body;
    this.bounds = bounds;
  }

  /**
   * Reads the inputs of a request.
   *
   * @param wanted where data is expected, for messages
   * @throws ProtocolException if something does not belong together
   */
  List<TensorInput> read(List<UnreadTensor> inputs, String wanted) {
    expect(!inputs.isEmpty(), "inputs", "at least one tensor");
    List<TensorInput> read = new ArrayList<>();
    for (UnreadTensor input : inputs) {
      read.add(tensor(input, wanted));
    }
    return read;
  }

  private TensorInput tensor(UnreadTensor tensor, String wanted) {
    String called = tensor.called();
    expect(!tensor.name.isEmpty(), "an input", "a name");
    List<Long> shape = tensor.shape;
    if (shape == null) {
      throw wrong(called, "a shape");
    }
    UnreadTensor.Range binary = tensor.binary;
    if (binary != null) {
      return switch (tensor.type) {
        case "BYTES" -> encoded(tensor.name, shape, elements(binary.from(), binary.size(), called));
        case "UINT8" -> pixels(tensor.name, shape, body, binary.from(), binary.size());
        default -> throw wrongType(tensor);
      };
    }
    UnreadTensor.Elements data = tensor.data;
    if (data == null) {
      throw wrong(called, wanted);
    }
    byte[] numbers = data.numbers.toByteArray();
    return switch (tensor.type) {
      case "BYTES" -> {
        expect(numbers.length == 0, "the data of " + called, "pictures, as its datatype is BYTES");
        yield encoded(tensor.name, shape, data.pictures);
      }
      case "UINT8" -> {
        expect(
            data.pictures.isEmpty(), "the data of " + called, "numbers, as its datatype is UINT8");
        yield pixels(tensor.name, shape, numbers, 0, numbers.length);
      }
      default -> throw wrongType(tensor);
    };
  }

  private static ProtocolException wrongType(UnreadTensor tensor) {
    return wrong(
        "the datatype of " + tensor.called(), "BYTES for encoded pictures, or UINT8 for pixels");
  }

  /** Each has its length before it. */
  private List<byte[]> elements(int from, int size, String called) {
    List<byte[]> elements = new ArrayList<>();
    int at = from;
    int end = from + size;
    while (at < end) {
      expect(
          elements.size() < bounds.pictures(),
          called,
          "at most %d pictures".formatted(bounds.pictures()));
      expect(end - at >= Integer.BYTES, "the bytes of " + called, "a length before each element");
      int length = 0;
      for (int i = Integer.BYTES - 1; i >= 0; i--) {
        length = length << Byte.SIZE | body[at + i] & 0xff;
      }
      at += Integer.BYTES;
      expect(
          length >= 0 && length <= end - at,
          "the bytes of " + called,
          "as many after a length as it says");
      byte[] element = new byte[length];
      System.arraycopy(body, at, element, 0, length);
      elements.add(element);
      at += length;
    }
    return elements;
  }

  private TensorInput encoded(String name, List<Long> shape, List<byte[]> pictures) {
    boolean row = shape.size() == 1 || shape.size() == 2 && shape.get(1) == 1;
    expect(
        row && shape.get(0) == pictures.size() && !pictures.isEmpty(),
        "the shape %s of the input '%s'".formatted(shape, name),
        "[%d] or [%d, 1], as there are so many elements, and at least one"
            .formatted(pictures.size(), pictures.size()));
    return new TensorInput.Encoded(name, pictures);
  }

  private TensorInput pixels(String name, List<Long> shape, byte[] data, int at, int size) {
    String called = "the shape %s of the input '%s'".formatted(shape, name);
    int rank = shape.size();
    expect(
        (rank == 3 || rank == 4) && shape.get(rank - 1) == CHANNELS && !shape.contains(0L),
        called,
        "[pictures, height, width, 3] or [height, width, 3]");
    long count = rank == 4 ? shape.get(0) : 1;
    long height = shape.get(rank - 3);
    long width = shape.get(rank - 2);
    expect(count <= bounds.pictures(), called, "at most %d pictures".formatted(bounds.pictures()));
    expect(
        height * width <= bounds.pixels(), called, "at most %d pixels".formatted(bounds.pixels()));
    expect(
        count * height * width * CHANNELS == size,
        called,
        "one that has %d elements".formatted(size));
    return new TensorInput.Pixels(name, (int) count, (int) height, (int) width, data, at);
  }
}
