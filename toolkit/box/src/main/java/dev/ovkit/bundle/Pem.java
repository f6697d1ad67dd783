package dev.ovkit.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys as text, the way OpenSSL writes them (RFC 7468). */
final class Pem {

  private static final int LINE = 64;
  private static final int MOST_BYTES = 16 << 10;

  static byte[] read(Path file, String label) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException("it has more than %d bytes".formatted(MOST_BYTES));
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    Matcher matcher =
        Pattern.compile(
                "\\s*-----BEGIN %1$s-----\\s+([A-Za-z0-9+/=\\s]+?)\\s+-----END %1$s-----\\s*"
                    .formatted(label))
            .matcher(text);
    if (!matcher.matches()) {
      throw new IOException("it is not between BEGIN %1$s and END %1$s".formatted(label));
    }
    try {
      return Base64.getDecoder().decode(matcher.group(1).replaceAll("\\s", ""));
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
