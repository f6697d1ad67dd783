package dev.ovkit.bundle;

import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One file of a bundle.
 *
 * @param path relative to the bundle's folder, with {@code /} between its parts
 * @param size bytes
 * @param sha256 64 hexadecimal digits
 * @param executable mode 0755 and not 0644
 */
public record ManifestFile(String path, long size, String sha256, boolean executable) {

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int MOST_LETTERS = 240;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the path could lead out of the bundle, or size or hash is
   *     malformed
   */
  public ManifestFile {
    requirePath(path);
    if (size < 0) {
      throw new IllegalArgumentException("'%s': size %d".formatted(path, size));
    }
    if (!DIGEST.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "'%s': sha256 '%s', expected 64 hexadecimal digits".formatted(path, sha256));
    }
  }

  /** Describes a file as it is in a bundle's folder. */
  public static ManifestFile of(Path bundle, Path file) throws IOException {
    return new ManifestFile(
        bundle.relativize(file).toString(),
        Files.size(file),
        Sha256.of(file),
        Files.isExecutable(file));
  }

  /**
   * Refuses a path that is not relative and normal. Letters are ASCII only: what other letters
   * become on a disk depends on the box's locale.
   */
  static void requirePath(String path) {
    boolean plain = path.chars().allMatch(c -> c >= ' ' && c < 127 && c != '\\');
    if (!plain || path.length() > MOST_LETTERS) {
      throw new IllegalArgumentException(
          "path '%s': expected at most %d printable ASCII letters without '\\'"
              .formatted(printable(path), MOST_LETTERS));
    }
    if (Arrays.stream(path.split("/", -1))
        .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
      throw new IllegalArgumentException(
          "path '%s' leads out of the bundle or is not normal".formatted(path));
    }
  }

  /** A path from an untrusted file, made safe for a message. */
  static String printable(String path) {
    String ascii = path.replaceAll("[^ -~]", "?");
    return ascii.length() <= MOST_LETTERS ? ascii : ascii.substring(0, MOST_LETTERS) + "…";
  }

  static ManifestFile read(JsonObject fields) throws IOException {
    String mode = fields.text("mode");
    if (!mode.equals("0644") && !mode.equals("0755")) {
      throw new IOException("mode '%s', expected 0644 or 0755".formatted(mode));
    }
    return new ManifestFile(
        fields.text("path"), fields.integer("size"), fields.text("sha256"), mode.equals("0755"));
  }

  Map<String, Object> json() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("path", path);
    object.put("size", size);
    object.put("sha256", sha256);
    object.put("mode", executable ? "0755" : "0644");
    return object;
  }
}
