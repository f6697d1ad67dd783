package dev.ovkit.serve.protocol;

import static dev.ovkit.serve.protocol.ProtocolException.expect;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a message of protobuf field by field, with bounds. Classes that protoc makes would read it
 * as a whole, and millions of empty fields of two bytes each would become millions of objects.
 */
final class ProtobufReader {

  private static final int MOST_BYTES_OF_CHARACTER = 4;

  private final byte[] bytes;
  private final int from;
  private final CodedInputStream in;

  private ProtobufReader(byte[] bytes, int from, int size) {
    this.bytes = bytes;
    this.from = from;
    this.in = CodedInputStream.newInstance(bytes, from, size);
  }

  /** Makes something of a message. */
  interface Parser<T> {
    T parse(ProtobufReader message) throws IOException;
  }

  /**
   * Reads a message.
   *
   * @param body holds it, to the end
   * @param from where it begins
   * @throws ProtocolException if it is none
   */
  static <T> T parse(byte[] body, int from, Parser<T> parser) {
    try {
      return parser.parse(new ProtobufReader(body, from, body.length - from));
    } catch (IOException e) {
      throw new ProtocolException("the message is not valid protobuf", e);
    }
  }

  /** Returns the tag of a field of whole numbers or booleans. */
  static int number(int field) {
    return field << 3 | WireFormat.WIRETYPE_VARINT;
  }

  /** Returns the tag of a field of doubles. */
  static int real(int field) {
    return field << 3 | WireFormat.WIRETYPE_FIXED64;
  }

  /** Returns the tag of a field of texts, bytes, messages, or packed numbers. */
  static int block(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** Returns the tag of the next field; 0 at the end. */
  int next() throws IOException {
    return in.readTag();
  }

  /** Goes on behind a field that is unknown: the protocol may grow. */
  void skip(int tag) throws IOException {
    int type = WireFormat.getTagWireType(tag);
    expect(
        type != WireFormat.WIRETYPE_START_GROUP && type != WireFormat.WIRETYPE_END_GROUP,
        "the message",
        "no groups, which protobuf has given up");
    in.skipField(tag);
  }

  long number() throws IOException {
    return in.readInt64();
  }

  boolean truth() throws IOException {
    return in.readBool();
  }

  double real() throws IOException {
    return in.readDouble();
  }

  /** Reads a short text. */
  String text(String what) throws IOException {
    int most = InferenceRequest.LONGEST_NAME;
    String expected = "at most %d characters".formatted(most);
    int size = in.readRawVarint32();
    expect(size <= MOST_BYTES_OF_CHARACTER * most, what, expected);
    String text = new String(in.readRawBytes(size), StandardCharsets.UTF_8);
    expect(text.length() <= most, what, expected);
    return text;
  }

  /** Returns where a block is, and goes on behind it. */
  UnreadTensor.Range range() throws IOException {
    int size = in.readRawVarint32();
    int at = from + in.getTotalBytesRead();
    in.skipRawBytes(size);
    return new UnreadTensor.Range(at, size);
  }

  /** Returns a copy of a block. */
  byte[] copy() throws IOException {
    UnreadTensor.Range range = range();
    return Arrays.copyOfRange(bytes, range.from(), range.from() + range.size());
  }

  /** Returns a reader of a block: a message within this one, or packed numbers. */
  ProtobufReader inner() throws IOException {
    UnreadTensor.Range range = range();
    return new ProtobufReader(bytes, range.from(), range.size());
  }

  /** Whether there is nothing left. */
  boolean atEnd() throws IOException {
    return in.isAtEnd();
  }
}
