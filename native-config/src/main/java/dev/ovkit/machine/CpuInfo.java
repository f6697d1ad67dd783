package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code /proc/cpuinfo} says of the first processor.
 *
 * @param model the name that the CPU gives itself; empty where it is not there
 * @param flags all instruction sets and features, sorted; empty where the file cannot be read
 */
public record CpuInfo(Optional<String> model, Set<String> flags) {

  public CpuInfo {
    flags = Collections.unmodifiableSet(new TreeSet<>(flags));
  }

  /** Reads what is here. */
  public static CpuInfo here() {
    return read(KernelFiles.ROOT);
  }

  static CpuInfo read(Path root) {
    return parse(KernelFiles.text(root.resolve("proc/cpuinfo")));
  }

  /** Reads the text of the file. */
  public static CpuInfo parse(String text) {
    return new CpuInfo(
        field(text, "model name"),
        Set.copyOf(
            field(text, "flags").map(flags -> List.of(flags.split("\\s+", -1))).orElse(List.of())));
  }

  /** Whether nothing is known, as without {@code /proc}. */
  public boolean isEmpty() {
    return model.isEmpty() && flags.isEmpty();
  }

  private static Optional<String> field(String text, String key) {
    return text.lines()
        .filter(line -> line.startsWith(key))
        .filter(line -> line.substring(key.length()).stripLeading().startsWith(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
