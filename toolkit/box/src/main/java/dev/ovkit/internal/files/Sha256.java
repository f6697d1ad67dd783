package dev.ovkit.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, as 64 hexadecimal digits in lower case. */
public final class Sha256 {

  private static final int BUFFER = 1 << 16;

  /** Returns the hash of some bytes. */
  public static String of(byte[] bytes) {
    return hex(digest().digest(bytes));
  }

  /** Returns the hash of a file, read piece by piece. */
  public static String of(Path file) throws IOException {
    MessageDigest digest = digest();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return hex(digest.digest());
  }

  /** Returns a new digest, for what comes in pieces. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Returns a finished digest as text. */
  public static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  private Sha256() {}
}
