package dev.ovkit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watcher that is killed under load, again and again, while pictures keep coming and a reader
 * keeps taking the results away. {@code -Dovkit.kills=100} for more kills than the usual ten.
 */
@Tag("integration")
class FolderWatchKillTest {

  private static final int KILLS = Integer.getInteger("ovkit.kills", 10);

  /** So many lie there at most, so that there always is a load and it all ends. */
  private static final int CROWD = 40;

  @TempDir private Path temp;

  /** Watches until it is killed. */
  static final class Watcher {
    public static void main(String[] arguments) {
      WatchOptions options =
          WatchOptions.of(Path.of(arguments[0]), Path.of(arguments[1]))
              .withSettle(Duration.ofMillis(20))
              .withOnce(arguments.length > 2);
      WatchListener silent = new Heard();
      try (Detector detector = Demo.detector();
          FolderWatch watch = Demo.watch(options, detector, silent)) {
        System.out.println("ready");
        watch.run();
      }
    }
  }

  @Test
  void everyPictureEndsInExactlyOneResult() throws Exception {
    Path in = Files.createDirectory(temp.resolve("in"));
    Path out = Files.createDirectory(temp.resolve("out"));
    Random random = new Random(7);
    Set<String> dropped = new TreeSet<>();
    List<String> results = new ArrayList<>();
    int setBack = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process watcher = start(in, out);
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(900));
      do {
        drop(in, dropped);
        take(out, results);
        Thread.sleep(2);
      } while (System.nanoTime() < end);
      watcher.destroyForcibly().waitFor();
      setBack += Spools.midway(in);
    }
    Process last = start(in, out, "once");
    while (last.isAlive()) {
      take(out, results);
      Thread.sleep(2);
    }
    assertThat(last.exitValue()).isZero();
    take(out, results);
    assertThat(Spools.reasons(in.resolve("failed"))).as("none set aside").isEmpty();
    assertThat(new HashSet<>(results)).as("none twice").hasSameSizeAs(results);
    assertThat(new TreeSet<>(results)).as("none lost").isEqualTo(dropped);
    assertThat(Spools.names(in.resolve("done"))).isEqualTo(dropped);
    assertThat(Spools.midway(in)).isZero();
    assertThat(Spools.names(out)).containsExactly(".ovkit");
    assertThat(setBack).as("the kills hit the work").isPositive();
  }

  private static Process start(Path in, Path out, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-Dovkit.home=" + System.getProperty("ovkit.home"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Watcher.class.getName(),
                in.toString(),
                out.toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    return process;
  }

  /** By rename: on a busy machine a copy may stand still for longer than the watcher waits. */
  private static void drop(Path in, Set<String> dropped) throws IOException {
    while (Spools.names(in).size() < CROWD) {
      String name = "%05d.jpg".formatted(dropped.size());
      Path hidden = Files.copy(Demo.picture(dropped.size()), in.resolve("." + name));
      Files.move(hidden, in.resolve(name));
      dropped.add(name);
    }
  }

  /** As a reader does: whatever is there under its name is whole, and is taken away. */
  private static void take(Path out, List<String> results) throws IOException {
    for (String name : Spools.names(out)) {
      if (name.endsWith(".json") && !name.startsWith(".")) {
        Path file = out.resolve(name);
        String picture = name.substring(0, name.length() - ".json".length());
        assertThat(Demo.result(file).get("file")).isEqualTo(picture);
        Files.delete(file);
        results.add(picture);
      }
    }
  }

  private static final class Spools {

    static Set<String> names(Path folder) throws IOException {
      try (Stream<Path> files = Files.list(folder)) {
        Set<String> names = new TreeSet<>();
        files.filter(Files::isRegularFile).forEach(f -> names.add(f.getFileName().toString()));
        return names;
      }
    }

    static List<String> reasons(Path failed) throws IOException {
      List<String> reasons = new ArrayList<>();
      for (String name : names(failed)) {
        if (name.endsWith(".txt")) {
          reasons.add(name + ": " + Files.readString(failed.resolve(name)).strip());
        }
      }
      return reasons;
    }

    static int midway(Path in) throws IOException {
      int files = 0;
      for (String step : List.of("work", "trial-1", "trial-2", "trial-3", "ready")) {
        files += names(in.resolve(".ovkit").resolve(step)).size();
      }
      return files;
    }

    private Spools() {}
  }
}
