package dev.ovkit.serve.access;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secrets that let a client in, each with a name, which is all that is ever written anywhere.
 *
 * <p>How long a comparison takes says nothing about a token: hashes are compared, all of them, each
 * to its end.
 */
public final class AccessTokens {

  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9_.-]{1,100})=([A-Za-z0-9._~+/=-]{16,1000})");

  private record Token(String name, byte[] sha256) {}

  private final List<Token> tokens;

  private AccessTokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * Reads a file of lines {@code NAME=TOKEN}; empty lines and those that begin with # count for
   * nothing.
   *
   * @throws OptionException if it cannot be read, or has a line that is none, or no token
   */
  public static AccessTokens read(Path file) {
    List<String> lines;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new OptionException("'%s' is larger than any file of tokens".formatted(file));
      }
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new OptionException(
          "the tokens of '%s' cannot be read (%s); give a file of lines NAME=TOKEN"
              .formatted(file, e.getMessage()),
          e);
    }
    List<Token> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) { // the line is a secret, perhaps
        throw new OptionException(
            "'%s', line %d: expected NAME=TOKEN, with a token of 16 to 1000 letters, digits and -._~+/=; one is made by: openssl rand -hex 32"
                .formatted(file, i + 1));
      }
      if (!names.add(parts.group(1))) {
        throw new OptionException(
            "'%s', line %d: the name %s is there twice".formatted(file, i + 1, parts.group(1)));
      }
      tokens.add(new Token(parts.group(1), sha256(parts.group(2))));
    }
    if (tokens.isEmpty()) {
      throw new OptionException(
          "'%s' has no token; write a line NAME=TOKEN, with one made by: openssl rand -hex 32"
              .formatted(file));
    }
    return new AccessTokens(tokens);
  }

  /** Returns the name of a token; empty if there is no such token. */
  public Optional<String> nameOf(String token) {
    byte[] given = sha256(token);
    String found = null;
    for (Token one : tokens) {
      if (MessageDigest.isEqual(one.sha256(), given)) {
        found = one.name();
      }
    }
    return Optional.ofNullable(found);
  }

  private static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
