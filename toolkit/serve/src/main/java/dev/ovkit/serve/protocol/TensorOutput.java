package dev.ovkit.serve.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An output tensor.
 *
 * @param values floats, longs or texts, as the type is
 */
public record TensorOutput(String name, Datatype type, List<Integer> shape, List<?> values) {

  /** Returns it without its values. */
  DeclaredTensor declared() {
    return new DeclaredTensor(name, type, shape);
  }

  /** Writes the values as the elements of a JSON array. */
  void write(JsonGenerator json) throws IOException {
    for (Object value : values) {
      if (value instanceof Float number) {
        json.writeNumber(number);
      } else if (value instanceof Long number) {
        json.writeNumber(number);
      } else {
        json.writeString((String) value);
      }
    }
  }

  /** Returns the values as the binary form has them. */
  byte[] bytes() {
    if (type == Datatype.BYTES) {
      List<byte[]> texts = new ArrayList<>();
      int size = 0;
      for (Object value : values) {
        byte[] text = ((String) value).getBytes(StandardCharsets.UTF_8);
        texts.add(text);
        size += Integer.BYTES + text.length;
      }
      ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      texts.forEach(text -> buffer.putInt(text.length).put(text));
      return buffer.array();
    }
    ByteBuffer buffer =
        ByteBuffer.allocate(values.size() * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (Object value : values) {
      if (value instanceof Float number) {
        buffer.putFloat(number);
      } else {
        buffer.putLong((Long) value);
      }
    }
    return buffer.array();
  }
}
