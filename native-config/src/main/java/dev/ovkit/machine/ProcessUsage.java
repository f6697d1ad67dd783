package dev.ovkit.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a running process holds.
 *
 * @param resident bytes of its memory that are in RAM
 * @param threads how many it has
 * @param descriptors how many files, sockets and pipes it has open
 */
public record ProcessUsage(long resident, long threads, long descriptors) {

  /** Reads what this process holds now. */
  public static ProcessUsage here() throws IOException {
    return of(ProcessHandle.current().pid());
  }

  /**
   * Reads what a process of this user holds now.
   *
   * @throws IOException when there is no such process any more
   */
  public static ProcessUsage of(long pid) throws IOException {
    Path process = KernelFiles.ROOT.resolve("proc/" + pid);
    List<String> status = Files.readAllLines(process.resolve("status"));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return new ProcessUsage(
          number(status, "VmRSS:") * 1024, number(status, "Threads:"), descriptors.count());
    }
  }

  private static long number(List<String> status, String key) throws IOException {
    return status.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IOException("the process has ended"));
  }
}
