package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A password or token, as the place where it is: {@code file:PATH} or {@code env:NAME}. It is read
 * whenever it is used, so that a new one in the file is used at the next connection, and it is
 * never part of a message.
 *
 * @param kind where it is
 * @param place the path of the file or the name of the variable
 */
public record Secret(Kind kind, String place) {

  /** Where a secret is. */
  public enum Kind {
    FILE("file:"),
    ENVIRONMENT("env:");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  private static final long MOST_BYTES = 64 << 10;

  /**
   * Reads where a secret is.
   *
   * @param what such as "the webhook's token", for messages
   * @throws OptionException when it is neither a file nor a variable; what was given may be the
   *     secret itself and is not repeated
   */
  public static Secret parse(String what, String typed) {
    for (Kind kind : Kind.values()) {
      if (typed.startsWith(kind.prefix) && typed.length() > kind.prefix.length()) {
        return new Secret(kind, typed.substring(kind.prefix.length()));
      }
    }
    throw new OptionException(
        "%s: expected file:PATH or env:NAME, the place where it is; what was given is not repeated here"
            .formatted(what));
  }

  /**
   * Returns the secret, without the line end that an editor adds.
   *
   * @throws OptionException when it is not there, empty, or has several lines
   */
  public String value() {
    String value = (kind == Kind.FILE ? file() : variable()).replaceFirst("\\R$", "");
    if (value.isEmpty() || value.chars().anyMatch(c -> c < ' ')) {
      throw new OptionException(
          "%s: %s; expected one line"
              .formatted(this, value.isEmpty() ? "it is empty" : "it has control characters"));
    }
    return value;
  }

  private String file() {
    Path path = Path.of(place);
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new OptionException("%s: too large for a secret; expected one line".formatted(this));
      }
      return Files.readString(path, UTF_8);
    } catch (IOException e) {
      throw new OptionException(
          "%s cannot be read; give a readable file with the secret in it".formatted(this), e);
    }
  }

  private String variable() {
    String value = System.getenv(place);
    if (value == null) {
      throw new OptionException("%s: no such environment variable; set it".formatted(this));
    }
    return value;
  }

  @Override
  public String toString() {
    return kind.prefix + place;
  }
}
