package dev.ovkit.pack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A form that a bundle is handed out in: one class each, listed in {@link PackageFormats}, chosen
 * by the target's name.
 */
interface PackageFormat {

  /** Returns how the names of its targets end; empty for the format of all other names. */
  String ending();

  /** Whether it needs a base image: one must be given then, and only then. */
  default boolean needsBase() {
    return false;
  }

  /**
   * Writes a bundle in this format.
   *
   * @param scratch an empty folder on the target's disk; what is left there is deleted
   */
  Written write(BundleContent bundle, Path scratch) throws IOException;

  /**
   * What was written.
   *
   * @param whole the file or folder that is to get the target's name
   * @param compressed the bytes that each row of the table of sizes takes in it; empty where a
   *     format does not say
   */
  record Written(Path whole, Map<String, Long> compressed) {

    static Written of(Path whole) {
      return new Written(whole, Map.of());
    }
  }
}
