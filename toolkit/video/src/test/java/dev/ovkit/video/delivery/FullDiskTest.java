package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up under a queue: a small one, which only the program of the test sees. */
@Tag("integration")
class FullDiskTest {

  private static final int COUNT = 5000;

  @TempDir Path temp;

  /** As root, or as a user where the system lets users mount; else the test skips and says why. */
  private static List<String> unshare(Path disk) throws Exception {
    for (List<String> way : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> words = new ArrayList<>(way);
      words.addAll(List.of("mount", "-t", "tmpfs", "none", disk.toString()));
      if (new ProcessBuilder(words).redirectErrorStream(true).start().waitFor() == 0) {
        return way;
      }
    }
    String reason = "no mount namespace to be had here (unshare -m, unshare -rm)";
    System.out.println("SKIPPED: " + reason);
    return abort(reason);
  }

  @Test
  void eventsWaitInMemoryAndAllAreDelivered() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    int port = Mosquitto.freePort();
    List<String> words = new ArrayList<>(unshare(disk));
    words.addAll(
        List.of(
            "sh",
            "-c",
            "mount -t tmpfs -o size=200k none \"$1\" && shift && exec \"$@\"",
            "sh",
            disk.toString(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            FullDisk.class.getName(),
            disk.toString(),
            "http://127.0.0.1:" + port,
            Integer.toString(COUNT)));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    List<String> said = new ArrayList<>();
    TestEndpoint endpoint = null;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
        if (line.contains("events wait in memory") && endpoint == null) {
          endpoint = new TestEndpoint(port, request -> 200);
        }
      }
      assertThat(said)
          .anyMatch(line -> line.matches("cannot write '.*': No space left on device;.*"))
          .anyMatch(line -> line.contains("delivered=" + COUNT) && line.contains("dropped=0"));
      assertThat(endpoint).isNotNull();
      assertThat(new ArrayList<>(new LinkedHashSet<>(endpoint.ids())))
          .isEqualTo(TestEvents.ids(0, COUNT));
    } finally {
      process.destroyForcibly();
      if (endpoint != null) {
        endpoint.close();
      }
    }
  }
}
