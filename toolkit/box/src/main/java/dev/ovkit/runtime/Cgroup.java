package dev.ovkit.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The limit on processor time that control groups set, version 1 and 2.
 *
 * <p>{@code /proc/self/cgroup} names the group, {@code /proc/self/mountinfo} where its files lie;
 * every group from there up to the mount limits what is below it. See the kernel's
 * admin-guide/cgroup-v2 (cpu.max) and scheduler/sched-bwc (cpu.cfs_quota_us).
 */
final class Cgroup {

  /** Returns processors' worth of time, empty for no limit. */
  static OptionalDouble quota(Path root) {
    List<String> groups = Processors.text(root.resolve("proc/self/cgroup")).lines().toList();
    return Processors.text(root.resolve("proc/self/mountinfo"))
        .lines()
        .flatMap(Mount::parse)
        .flatMap(mount -> quotas(root, mount, groups))
        .mapToDouble(Double::doubleValue)
        .min();
  }

  private static Stream<Double> quotas(Path root, Mount mount, List<String> groups) {
    Function<Path, OptionalDouble> limit = mount.unified() ? Cgroup::max : Cgroup::cfs;
    return groups.stream()
        .map(group -> group.split(":", 3))
        .filter(group -> group.length == 3 && mount.holds(group[0], group[1]))
        .flatMap(group -> mount.folders(group[2]))
        .map(folder -> limit.apply(root.resolve(folder.substring(1))))
        .filter(OptionalDouble::isPresent)
        .map(OptionalDouble::getAsDouble);
  }

  /** Version 2: quota and period, or the word max. */
  private static OptionalDouble max(Path folder) {
    String[] words = Processors.text(folder.resolve("cpu.max")).strip().split("\\s+", -1);
    return words.length == 2 ? ratio(words[0], words[1]) : OptionalDouble.empty();
  }

  /** Version 1: -1 for no limit. */
  private static OptionalDouble cfs(Path folder) {
    return ratio(
        Processors.text(folder.resolve("cpu.cfs_quota_us")).strip(),
        Processors.text(folder.resolve("cpu.cfs_period_us")).strip());
  }

  private static OptionalDouble ratio(String quota, String period) {
    String number = "0*[1-9]\\d{0,14}";
    return quota.matches(number) && period.matches(number)
        ? OptionalDouble.of(Double.parseDouble(quota) / Double.parseDouble(period))
        : OptionalDouble.empty();
  }

  /**
   * Where a hierarchy is mounted.
   *
   * @param group the group that the mount point shows: not the topmost one inside a container
   * @param point the mount point
   * @param unified whether it is version 2
   */
  private record Mount(String group, String point, boolean unified) {

    /** See proc(5): the fields after the lone hyphen are type, source and options. */
    static Stream<Mount> parse(String line) {
      String[] halves = line.split(" - ", 2);
      String[] before = halves[0].split(" ", -1);
      String[] after = halves.length < 2 ? new String[0] : halves[1].split(" ", -1);
      if (before.length < 5 || after.length < 3) {
        return Stream.empty();
      }
      boolean unified = after[0].equals("cgroup2");
      boolean cpu = after[0].equals("cgroup") && Arrays.asList(after[2].split(",")).contains("cpu");
      return unified || cpu ? Stream.of(new Mount(before[3], before[4], unified)) : Stream.empty();
    }

    boolean holds(String hierarchy, String controllers) {
      return unified
          ? hierarchy.equals("0") && controllers.isEmpty()
          : Arrays.asList(controllers.split(",")).contains("cpu");
    }

    /** Returns the folders from the mount point down to the group. */
    Stream<String> folders(String path) {
      String prefix = group.equals("/") ? "" : group;
      String below = (path + "/").startsWith(prefix + "/") ? path.substring(prefix.length()) : "";
      // A group outside of what is mounted here, which a container sees as /.., cannot be read.
      String start = below.contains("/..") ? "" : below.replaceAll("/+$", "");
      List<String> folders = new ArrayList<>(List.of(point));
      for (int end = start.indexOf('/', 1); end > 0; end = start.indexOf('/', end + 1)) {
        folders.add(point + start.substring(0, end));
      }
      folders.add(point + start);
      return folders.stream();
    }
  }

  private Cgroup() {}
}
