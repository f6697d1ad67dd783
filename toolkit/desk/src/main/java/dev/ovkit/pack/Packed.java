package dev.ovkit.pack;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was made.
 *
 * @param target the archive or folder
 * @param sha256 of the archive; none for a folder
 * @param signedBy the id of the key; none for an unsigned bundle
 * @param java the version of the JRE in it
 * @param sizes what takes how much, largest first; their sums are the whole
 * @param notes what the user should know
 */
public record Packed(
    Path target,
    Optional<String> sha256,
    Optional<String> signedBy,
    String java,
    List<Size> sizes,
    List<String> notes) {

  /** Copies the lists. */
  public Packed {
    sizes = List.copyOf(sizes);
    notes = List.copyOf(notes);
  }

  /**
   * What one part takes.
   *
   * @param part its name
   * @param bytes of its files
   * @param compressed its share of the archive; 0 for a folder
   */
  public record Size(String part, long bytes, long compressed) {}

  /** Returns the bytes of all files. */
  public long bytes() {
    return sizes.stream().mapToLong(Size::bytes).sum();
  }

  /** Returns the bytes of the archive; 0 for a folder. */
  public long compressed() {
    return sizes.stream().mapToLong(Size::compressed).sum();
  }
}
