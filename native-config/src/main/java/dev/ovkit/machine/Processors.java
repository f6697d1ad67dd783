package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The processors that this process may compute on, and how much of their time.
 *
 * <p>A processor is what Linux counts: a hardware thread. Read from {@code /proc/self/status}
 * (which knows both {@code taskset} and the cpuset of the cgroup), from the cgroup's quota, version
 * 1 or 2, and from {@code /sys/devices}.
 *
 * @param allowed the numbers of the processors, rising; at least one
 * @param performance those of them that belong to performance cores; all of them where the CPU has
 *     one kind of core, or where only efficiency cores are allowed
 * @param cores the physical cores that the performance processors belong to
 * @param quota processors' worth of time, as in 1.5, by the tightest cgroup around this process;
 *     empty for no limit
 */
public record Processors(
    List<Integer> allowed, List<Integer> performance, int cores, OptionalDouble quota) {

  public Processors {
    allowed = List.copyOf(allowed);
    performance = List.copyOf(performance);
  }

  /** Reads what holds for this process now. */
  public static Processors here() {
    return read(KernelFiles.ROOT);
  }

  /** Reads the same below another root, as a test does. */
  public static Processors read(Path root) {
    List<Integer> allowed = allowed(root);
    List<Integer> fast = numbers(KernelFiles.text(root.resolve("sys/devices/cpu_core/cpus")));
    List<Integer> performance = new ArrayList<>(allowed);
    performance.retainAll(fast);
    if (performance.isEmpty()) {
      performance = allowed;
    }
    return new Processors(allowed, performance, cores(root, performance), Cgroup.quota(root));
  }

  /**
   * Returns the threads to compute with for the shortest time of one inference: one per physical
   * performance core, because a second thread on a core slows the first, and a slow core is waited
   * for. At least 1, never more than the quota, rounded down: a thread beyond it only waits for the
   * next period, and the others wait for it.
   */
  public int latencyThreads() {
    return withinQuota(cores);
  }

  /** Returns the threads for the most inferences a second: every processor, within the quota. */
  public int throughputThreads() {
    return withinQuota(allowed.size());
  }

  private int withinQuota(int most) {
    return Math.max(1, (int) Math.min(most, quota.orElse(most)));
  }

  private static List<Integer> allowed(Path root) {
    String key = "Cpus_allowed_list:";
    String status = KernelFiles.text(root.resolve("proc/self/status"));
    int at = status.indexOf(key);
    List<Integer> allowed = List.of();
    if (at >= 0) {
      int end = status.indexOf('\n', at);
      allowed = numbers(status.substring(at + key.length(), end < 0 ? status.length() : end));
    }
    return allowed.isEmpty()
        ? IntStream.range(0, Runtime.getRuntime().availableProcessors()).boxed().toList()
        : allowed;
  }

  /** Siblings name each other in the same list, so each list is a core. */
  private static int cores(Path root, List<Integer> processors) {
    Set<String> cores = new HashSet<>();
    for (Integer processor : processors) {
      String topology = "sys/devices/system/cpu/cpu" + processor + "/topology/";
      String siblings = KernelFiles.text(root.resolve(topology + "thread_siblings_list")).strip();
      cores.add(siblings.isEmpty() ? processor.toString() : siblings);
    }
    return cores.size();
  }

  /** Reads a list as the kernel writes it, {@code 0-3,8}; nothing from what is none. */
  static List<Integer> numbers(String list) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : list.strip().split(",", -1)) {
      if (!part.matches("\\d{1,6}(-\\d{1,6})?")) {
        return List.of();
      }
      String[] ends = part.split("-", -1);
      for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
        numbers.add(i);
      }
    }
    return numbers;
  }
}
