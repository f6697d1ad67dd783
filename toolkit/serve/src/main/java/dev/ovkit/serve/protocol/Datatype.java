package dev.ovkit.serve.protocol;

/** The types of elements that this server takes and gives, by the protocol's names. */
public enum Datatype {
  BYTES(0),
  UINT8(1),
  INT64(8),
  FP32(4);

  private final int bytes;

  Datatype(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes of an element; 0 where they differ. */
  public int bytes() {
    return bytes;
  }
}
