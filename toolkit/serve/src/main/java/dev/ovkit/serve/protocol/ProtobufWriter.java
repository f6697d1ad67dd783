package dev.ovkit.serve.protocol;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes a message of protobuf into memory, field by field; what is empty is left out. */
final class ProtobufWriter {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  private interface Writing {
    void run() throws IOException;
  }

  private ProtobufWriter write(Writing writing) {
    try {
      writing.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes everything
    }
  }

  ProtobufWriter text(int field, String text) {
    return text.isEmpty() ? this : write(() -> out.writeString(field, text));
  }

  ProtobufWriter truth(int field, boolean truth) {
    return truth ? write(() -> out.writeBool(field, true)) : this;
  }

  ProtobufWriter number(int field, long number) {
    return number == 0 ? this : write(() -> out.writeInt64(field, number));
  }

  /** Packed. */
  ProtobufWriter numbers(int field, Iterable<? extends Number> numbers) {
    ProtobufWriter packed = new ProtobufWriter();
    for (Number number : numbers) {
      packed.write(() -> packed.out.writeInt64NoTag(number.longValue()));
    }
    byte[] all = packed.bytes();
    return all.length == 0 ? this : element(field, all);
  }

  /** An element of a repeated field, which may be empty. */
  ProtobufWriter element(int field, byte[] element) {
    return write(() -> out.writeByteArray(field, element));
  }

  ProtobufWriter message(int field, ProtobufWriter message) {
    return element(field, message.bytes());
  }

  byte[] bytes() {
    write(out::flush);
    return bytes.toByteArray();
  }
}
