package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.List;

/**
 * The files that are mapped into the memory of this process.
 *
 * @param paths as the kernel writes them; empty where {@code /proc} is not mounted
 */
public record MappedFiles(List<String> paths) {

  public MappedFiles {
    paths = List.copyOf(paths);
  }

  /** Reads what is mapped now. */
  public static MappedFiles here() {
    return read(KernelFiles.ROOT);
  }

  static MappedFiles read(Path root) {
    return new MappedFiles(
        KernelFiles.text(root.resolve("proc/self/maps"))
            .lines()
            .filter(line -> line.indexOf('/') >= 0)
            .map(line -> line.substring(line.indexOf('/')))
            .distinct()
            .toList());
  }
}
