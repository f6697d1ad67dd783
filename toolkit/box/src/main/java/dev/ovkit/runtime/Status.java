package dev.ovkit.runtime;

import dev.ovkit.NativeCallException;
import dev.ovkit.RuntimeUnavailableException;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.global.OpenVino;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;

/**
 * Turns what OpenVINO's C API answers into Java: statuses into exceptions, strings into strings.
 */
public final class Status {

  /** Makes sure that there is a runtime, before the first binding is touched. */
  public static void requireRuntime() {
    if (NativeRuntime.current() instanceof NativeRuntime.Missing missing) {
      throw new RuntimeUnavailableException(missing.message());
    }
  }

  /**
   * Throws unless a status is OK.
   *
   * @param doing what was asked for, as in "cannot DOING"
   */
  static void check(int status, String doing) {
    if (status != OpenVino.OK) {
      throw failure(status, doing);
    }
  }

  /** The message is kept by thread and call, so it must be read here and now. */
  private static NativeCallException failure(int status, String doing) {
    BytePointer last = OpenVino.ov_get_last_err_msg();
    String message = last == null || last.isNull() ? "" : text(last);
    return new NativeCallException(
        "cannot %s: %s"
            .formatted(doing, message.isBlank() ? "OpenVINO status " + status : oneLine(message)));
  }

  /**
   * OpenVINO's messages contain its own source lines and blank lines; a user needs the sentence.
   */
  public static String oneLine(String message) {
    return message
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .filter(
            line -> !line.matches("Exception from .*|Check '.*' failed at .*|.*\\.[ch]pp:\\d+:?"))
        .reduce((a, b) -> a + " " + b)
        .orElse(message.strip());
  }

  /** Copies and frees a string that OpenVINO allocated. */
  static String take(BytePointer string) {
    try {
      return text(string);
    } finally {
      OpenVino.ov_free(string);
    }
  }

  public static String text(BytePointer string) {
    return string.getString(StandardCharsets.UTF_8);
  }

  public static BytePointer utf8(String text) {
    return new BytePointer(text, StandardCharsets.UTF_8);
  }

  private Status() {}
}
