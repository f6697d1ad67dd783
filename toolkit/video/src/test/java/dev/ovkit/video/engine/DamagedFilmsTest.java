package dev.ovkit.video.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged films cost frames, never the engine or the process; {@code benchmarks/films.sh} has more
 * of them.
 */
class DamagedFilmsTest {

  /** Films of each container. */
  private static final int COUNT = Integer.getInteger("ovkit.films", 40);

  private static final long SEED = Long.getLong("ovkit.films.seed", 1);

  @TempDir Path temp;

  @Test
  void theyPlayAsFarAsTheyGoAndOthersLoseNothing() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + temp.resolve("crash.log")));
    for (String name : List.of("ovkit.native.dir", "ovkit.video.dir")) {
      String value = System.getProperty(name);
      if (value != null) {
        command.add("-D%s=%s".formatted(name, value));
      }
    }
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            DamagedFilms.class.getName(),
            temp.toString(),
            Integer.toString(COUNT),
            Long.toString(SEED)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains(" played to their ends, ");
  }
}
