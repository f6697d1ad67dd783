package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

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
    String[] groups = lines(root.resolve("proc/self/cgroup"));
    double least = Double.POSITIVE_INFINITY;
    for (String line : lines(root.resolve("proc/self/mountinfo"))) {
      Mount mount = Mount.parse(line);
      if (mount == null) {
        continue;
      }
      for (String group : groups) {
        String[] fields = group.split(":", 3);
        if (fields.length == 3 && mount.holds(fields[0], fields[1])) {
          for (String folder : mount.folders(fields[2])) {
            Path files = root.resolve(folder.substring(1));
            least = Math.min(least, mount.unified() ? max(files) : cfs(files));
          }
        }
      }
    }
    return least < Double.POSITIVE_INFINITY ? OptionalDouble.of(least) : OptionalDouble.empty();
  }

  private static String[] lines(Path file) {
    return KernelFiles.text(file).split("\n", -1);
  }

  /** Version 2: quota and period, or the word max. */
  private static double max(Path folder) {
    String[] words = KernelFiles.text(folder.resolve("cpu.max")).strip().split("\\s+", -1);
    return words.length == 2 ? ratio(words[0], words[1]) : Double.POSITIVE_INFINITY;
  }

  /** Version 1: -1 for no limit. */
  private static double cfs(Path folder) {
    return ratio(
        KernelFiles.text(folder.resolve("cpu.cfs_quota_us")).strip(),
        KernelFiles.text(folder.resolve("cpu.cfs_period_us")).strip());
  }

  private static double ratio(String quota, String period) {
    String number = "0*[1-9]\\d{0,14}";
    return quota.matches(number) && period.matches(number)
        ? Double.parseDouble(quota) / Double.parseDouble(period)
        : Double.POSITIVE_INFINITY;
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
    static @Nullable Mount parse(String line) {
      String[] halves = line.split(" - ", 2);
      String[] before = halves[0].split(" ", -1);
      String[] after = halves.length < 2 ? new String[0] : halves[1].split(" ", -1);
      if (before.length < 5 || after.length < 3) {
        return null;
      }
      boolean unified = after[0].equals("cgroup2");
      boolean cpu = after[0].equals("cgroup") && Arrays.asList(after[2].split(",")).contains("cpu");
      return unified || cpu ? new Mount(before[3], before[4], unified) : null;
    }

    boolean holds(String hierarchy, String controllers) {
      return unified
          ? hierarchy.equals("0") && controllers.isEmpty()
          : Arrays.asList(controllers.split(",")).contains("cpu");
    }

    /** Returns the folders from the mount point down to the group. */
    List<String> folders(String path) {
      String prefix = group.equals("/") ? "" : group;
      String below = (path + "/").startsWith(prefix + "/") ? path.substring(prefix.length()) : "";
      // A group outside of what is mounted here, which a container sees as /.., cannot be read.
      String start = below.contains("/..") ? "" : below.replaceAll("/+$", "");
      List<String> folders = new ArrayList<>(List.of(point));
      for (int end = start.indexOf('/', 1); end > 0; end = start.indexOf('/', end + 1)) {
        folders.add(point + start.substring(0, end));
      }
      folders.add(point + start);
      return folders;
    }
  }

  private Cgroup() {}
}
