package dev.ovkit.video.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.video.http.LocalPages;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewTest {

  private static final String CAREFUL = "<b>yard</b> & \"gate\"";

  private static final List<CameraCounts> COUNTS =
      List.of(
          new CameraCounts("door", CameraEvent.State.PLAYING, 100, 0, 20, 70, 8, 2, 0, 0, 0),
          new CameraCounts(CAREFUL, CameraEvent.State.PLAYING, 50, 0, 10, 40, 0, 0, 0, 0, 3),
          new CameraCounts("cellar", CameraEvent.State.WAITING, 0, 0, 0, 0, 0, 0, 0, 0, 1));

  @TempDir Path temp;

  private final AtomicInteger drawn = new AtomicInteger();
  private final LocalPages pages =
      new LocalPages("--preview", new InetSocketAddress("127.0.0.1", 0));
  private final Preview preview = new Preview(pages, () -> COUNTS, true);

  @AfterEach
  void close() {
    pages.close();
  }

  private void result(String camera, int width, int height) {
    Detections found =
        new Detections(
            width,
            height,
            List.of(new Detection("cat", 3, 0.5f, new Box(width / 2f, height / 2f, 60, 40))),
            1,
            0,
            Detections.Timings.NONE);
    preview.result(
        new StreamResult(camera, 3, Duration.ZERO, Instant.EPOCH, Duration.ofMillis(50), found),
        () -> {
          drawn.incrementAndGet();
          return TestFilms.picture(width, height, 3);
        });
  }

  private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(pages.url() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> cameras() throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = get("/cameras.json");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    return (List<Map<String, Object>>) JSON.std.mapFrom(answer.body()).get("cameras");
  }

  @Test
  void framesAreDrawnOnlyWhileSomebodyLooks() throws Exception {
    result("door", 320, 240);
    assertThat(drawn).hasValue(0);
    assertThat(get("/picture/0").statusCode()).isEqualTo(404);
    assertThat(cameras().get(0)).containsEntry("picture", 0);
    result("door", 320, 240);
    result("door", 320, 240); // too soon for another picture
    assertThat(drawn).hasValue(1);
    assertThat(cameras().get(0))
        .containsEntry("camera", "door")
        .containsEntry("state", "playing")
        .containsEntry("decoded", 100)
        .containsEntry("detected", 20)
        .containsEntry("missed", 2)
        .containsEntry("age_ms", 50.0)
        .containsEntry("objects", 1)
        .containsEntry("picture", 1);
  }

  @Test
  void aPictureHasItsBoxesAndIsNoWiderThanThePageShowsIt() throws Exception {
    cameras();
    result(CAREFUL, 1920, 1080);
    HttpResponse<byte[]> answer = get("/picture/1");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/jpeg");
    try (Picture shown = Picture.decode(answer.body());
        Picture plain = TestFilms.picture(960, 540, 3)) {
      assertThat(shown.width()).isEqualTo(960);
      assertThat(shown.height()).isEqualTo(540);
      assertThat(answer.body().length).isNotEqualTo(plain.toJpeg().length);
    }
    for (String wrong : List.of("/picture/3", "/picture/-1", "/picture/x", "/picture/", "/other")) {
      assertThat(get(wrong).statusCode()).as(wrong).isEqualTo(404);
    }
  }

  @Test
  void aCameraThatFailsSaysWhy() throws Exception {
    preview.event(new CameraEvent("cellar", CameraEvent.State.WAITING, "no frame for 10 s"));
    assertThat(cameras().get(2))
        .containsEntry("state", "waiting")
        .containsEntry("message", "no frame for 10 s")
        .containsEntry("age_ms", -1.0);
  }

  @Test
  void thePageNeedsNothingFromElsewhere() throws Exception {
    HttpResponse<byte[]> answer = get("/");
    String page = new String(answer.body(), UTF_8);
    assertThat(page).contains("<title>ovkit stream</title>").doesNotContain("http");
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'");
  }

  /** As a browser shows it, where there is Chromium. */
  @Test
  void aBrowserShowsAllCameras() throws Exception {
    Optional<Path> chromium =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "chromium"))
            .filter(Files::isExecutable)
            .findFirst();
    if (chromium.isEmpty()) {
      System.out.println("no chromium: the preview page is tested by HTTP alone");
      return;
    }
    preview.event(new CameraEvent("cellar", CameraEvent.State.WAITING, "no frame for 10 s"));
    cameras(); // somebody looks
    result("door", 320, 240);
    result(CAREFUL, 1920, 1080);
    Process browser =
        new ProcessBuilder(
                chromium.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + temp.resolve("chromium"),
                "--virtual-time-budget=4000",
                "--dump-dom",
                pages.url() + "/")
            .redirectError(temp.resolve("chromium.log").toFile())
            .start();
    String dom = new String(browser.getInputStream().readAllBytes(), UTF_8);
    assertThat(browser.waitFor()).as(dom).isZero();
    assertThat(dom)
        .containsPattern(Pattern.compile("<html[^>]* data-pictures=\"2\""))
        .contains("2 of 3 playing", "opened again 3×", "no frame for 10 s", "50 ms")
        .contains("&lt;b&gt;yard&lt;/b&gt; &amp; ")
        .doesNotContain("<b>yard</b>");
  }
}
