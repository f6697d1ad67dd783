package dev.ovkit.runtime;

import dev.ovkit.nativelib.global.OpenVino;
import java.util.Arrays;
import java.util.Optional;

/** The type of a tensor's elements, as far as detectors use it. */
public enum ElementType {
  F32(OpenVino.F32, 4),
  F16(OpenVino.F16, 2),
  U8(OpenVino.U8, 1),
  I8(OpenVino.I8, 1),
  I32(OpenVino.I32, 4),
  I64(OpenVino.I64, 8);

  private final int code;
  private final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Returns the number in OpenVINO's C API. */
  int code() {
    return code;
  }

  /** Returns the size of one element. */
  public int bytes() {
    return bytes;
  }

  /** Returns the type of a number in OpenVINO's C API; empty for one that no detector has. */
  static Optional<ElementType> of(int code) {
    return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
  }
}
