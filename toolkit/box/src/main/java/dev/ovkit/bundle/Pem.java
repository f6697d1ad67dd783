package dev.ovkit.bundle;

import dev.ovkit.internal.files.BoundedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** Keys as text, the way OpenSSL writes them (RFC 7468). */
final class Pem {

  private static final int LINE = 64;
  private static final int MOST_BYTES = 16 << 10;

  static byte[] read(Path file, String label) throws IOException {
    String text =
        new String(BoundedFile.read(file, MOST_BYTES), StandardCharsets.ISO_8859_1).strip();
    String begin = "-----BEGIN %s-----".formatted(label);
    String end = "-----END %s-----".formatted(label);
    if (!text.startsWith(begin)
        || !text.endsWith(end)
        || text.length() < begin.length() + end.length()) {
      throw new IOException("it is not between BEGIN %1$s and END %1$s".formatted(label));
    }
    String body = text.substring(begin.length(), text.length() - end.length());
    try {
      return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw new IOException("it is not in Base64", e);
    }
  }

  static byte[] bytes(byte[] encoded, String label) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(encoded))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private Pem() {}
}
