package dev.ovkit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.serve.DetectionServer;
import dev.ovkit.serve.ServerLimits;
import dev.ovkit.serve.ServerListener;
import dev.ovkit.serve.ServerOptions;
import dev.ovkit.serve.model.WatchedModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model is replaced under load by good and bad versions, one of which would crash the server;
 * {@code -Dovkit.replacements=200} does it more often.
 */
@Tag("integration")
class ModelReplacementTest {

  private static final int REPLACEMENTS = Integer.getInteger("ovkit.replacements", 20);

  /** A slow machine is no failure. */
  private static final ServerOptions PATIENT =
      ServerOptions.defaults()
          .withPort(0)
          .withLimits(ServerLimits.defaults().withAnswer(Duration.ofMinutes(10)));

  /** Half of the versions are good. */
  private static final List<PartsVersion> ORDER =
      List.of(
          PartsVersion.CAPITALS,
          PartsVersion.TRUNCATED,
          PartsVersion.AS_IT_IS,
          PartsVersion.INVALID,
          PartsVersion.CAPITALS,
          PartsVersion.CRASHING,
          PartsVersion.AS_IT_IS,
          PartsVersion.TRUNCATED);

  @TempDir private Path temp;

  private final List<String> notices = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final ServerListener listener =
      new ServerListener() {
        @Override
        public void failed(String id, Throwable failure) {
          failures.add(failure);
        }

        @Override
        public void noticed(String message) {
          notices.add(message);
        }
      };

  @Test
  @Timeout(1800)
  void noAnswerFailsOrMixesVersionsAndNothingIsLeft() throws Exception {
    Path parts = temp.resolve("parts");
    PartsVersion.AS_IT_IS.write(parts.resolve("1"));
    WatchedModels models =
        WatchedModels.of(parts)
            .withTrial(new ModelTrialProcess())
            .withPeriod(Duration.ofMillis(50));
    try (DetectionServer server = DetectionServer.start(PATIENT, models, listener);
        ReplacementLoad load = new ReplacementLoad(temp)) {
      load.versions.put("1", PartsVersion.AS_IT_IS);
      load.start(server.url() + "/v1/models/parts/detect", 2);
      int good = 1;
      int threads = 0;
      for (int number = 2; number <= REPLACEMENTS + 1; number++) {
        PartsVersion version = ORDER.get((number - 2) % ORDER.size());
        Path folder = parts.resolve(Integer.toString(number));
        load.versions.put(Integer.toString(number), version);
        version.write(folder);
        if (version.isGood()) {
          await("parts, version %d: ready".formatted(number));
          delete(parts.resolve(Integer.toString(good)));
          await("parts, version %d: removed".formatted(good));
          good = number;
        } else {
          String refusal = await("parts, version %d: refused; ".formatted(number));
          if (version == PartsVersion.CRASHING) {
            assertThat(refusal)
                .contains("OpenVINO %s crashes on it".formatted(NativeRuntime.OPENVINO_VERSION));
          }
          delete(folder);
        }
        if (number == 5) {
          threads = threads();
        }
      }
      int before = load.answers.get();
      while (load.answers.get() < before + 10) { // the test's own time limit ends this
        Thread.sleep(10);
      }
      load.close();
      assertThat(load.wrong).isEmpty();
      assertThat(failures).isEmpty();
      assertThat(threads()).isLessThan(threads + REPLACEMENTS / 2);
      assertThat(mapped()).as("mapped files").isEmpty();
      assertThat(open()).as("open files").isEmpty();
      assertThat(metrics(server))
          .contains("ovkit_models 1.0", "ovkit_models_ready 1.0", "version=\"" + good + "\"")
          .doesNotContain("version=\"1\"");
    }
  }

  /** Waits for a notice that begins so, and returns it. */
  private String await(String beginning) throws InterruptedException {
    while (true) { // the test's own time limit ends this
      for (String notice : notices) {
        if (notice.startsWith(beginning)) {
          return notice;
        }
      }
      Thread.sleep(5);
    }
  }

  private static void delete(Path folder) throws IOException {
    Path hidden = folder.resolveSibling("." + folder.getFileName() + ".old");
    Files.move(folder, hidden);
    try (Stream<Path> files = Files.list(hidden)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(hidden);
  }

  private static int threads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return (int) tasks.count();
    }
  }

  private List<String> mapped() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains(temp.toString()))
        .toList();
  }

  private List<String> open() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .map(ModelReplacementTest::target)
          .filter(target -> target.contains(temp.toString()))
          .toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // it was that of the listing
    }
  }

  private static String metrics(DetectionServer server) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
