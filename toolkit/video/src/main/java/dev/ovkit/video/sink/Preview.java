package dev.ovkit.video.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.video.http.LocalPages;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A page with all cameras: the newest frame of each with its boxes, its rate, age and drops.
 *
 * <p>Frames are drawn only while somebody has the page open. The page asks twice a second what is
 * new and fetches that: a browser keeps few connections open at once, so that streams of many
 * cameras would block each other.
 */
public final class Preview implements StreamListener {

  /** The page asks twice a second; after this it is closed. */
  private static final long WATCHED_NANOS = Duration.ofSeconds(5).toNanos();

  /** More pictures of a camera than this are not drawn. */
  private static final long GAP_NANOS = Duration.ofMillis(200).toNanos();

  private static final int MOST_WIDTH = 960;
  private static final int NOT_FOUND = 404;

  /** What a browser may do with the page: nothing but ask its own server. */
  private static final String POLICY =
      "default-src 'none'; img-src 'self' blob:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'";

  private static final String PAGE = page();

  /** The newest picture of a camera. */
  private record Shown(long number, byte[] jpeg) {}

  /** What the page says of a camera besides the counts. */
  private static final class View {
    volatile @Nullable Shown shown;
    volatile String message = "";
    volatile double ageMillis = -1;
    volatile int objects;
    long drawnNanos;
    boolean drawn;
  }

  private final Supplier<List<CameraCounts>> counts;
  private final boolean labels;
  private final SmallJpeg small = new SmallJpeg(MOST_WIDTH);
  private final Map<String, View> views = new ConcurrentHashMap<>();
  private volatile long askedNanos = System.nanoTime() - WATCHED_NANOS;

  /**
   * Adds the page to a server, as its first one.
   *
   * @param counts the engine's counts, asked for whenever the page asks here
   * @param labels whether boxes have class names and scores
   */
  public Preview(LocalPages pages, Supplier<List<CameraCounts>> counts, boolean labels) {
    this.counts = counts;
    this.labels = labels;
    pages.add("/", this::page);
    pages.add("/cameras.json", this::cameras);
    pages.add("/picture/", this::picture);
  }

  private static String page() {
    try (InputStream in = Preview.class.getResourceAsStream("preview.html")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the page cannot be read from the jar", e);
    }
  }

  // ---- from the engine

  @Override
  public void result(StreamResult result, Drawable frame) {
    View view = view(result.camera());
    view.ageMillis = DetectionsJson.milliseconds(result.age());
    view.objects = result.detections().objects().size();
    long now = System.nanoTime();
    boolean soon = view.drawn && now - view.drawnNanos < GAP_NANOS;
    if (now - askedNanos < WATCHED_NANOS && !soon) {
      view.drawn = true;
      view.drawnNanos = now;
      Shown before = view.shown;
      view.shown = new Shown(before == null ? 1 : before.number + 1, jpeg(result, frame));
    }
  }

  private byte[] jpeg(StreamResult result, Drawable frame) {
    try (Picture picture = frame.picture()) {
      picture.draw(result.detections(), 0, labels);
      picture.mark(result.markings());
      return small.of(picture);
    }
  }

  @Override
  public void event(CameraEvent event) {
    view(event.camera()).message = event.message();
  }

  private View view(String camera) {
    return views.computeIfAbsent(camera, name -> new View());
  }

  // ---- to the browser

  private void page(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().equals("/")) {
      exchange.sendResponseHeaders(NOT_FOUND, -1);
      return;
    }
    exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
    LocalPages.respond(exchange, "text/html; charset=utf-8", PAGE.getBytes(UTF_8));
  }

  private void cameras(HttpExchange exchange) throws IOException {
    askedNanos = System.nanoTime();
    List<Map<String, Object>> cameras = new ArrayList<>();
    for (CameraCounts one : counts.get()) {
      View view = view(one.camera());
      Shown shown = view.shown;
      Map<String, Object> camera = new LinkedHashMap<>();
      camera.put("camera", one.camera());
      camera.put("state", one.state().name().toLowerCase(Locale.ROOT));
      camera.put("message", view.message);
      camera.put("decoded", one.decoded());
      camera.put("detected", one.detected());
      camera.put("dropped", one.dropped());
      camera.put("missed", one.missed());
      camera.put("still", one.still());
      camera.put("reconnects", one.reconnects());
      camera.put("age_ms", view.ageMillis);
      camera.put("objects", view.objects);
      camera.put("picture", shown == null ? 0 : shown.number);
      cameras.add(camera);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("ms", System.nanoTime() / 1_000_000);
    all.put("cameras", cameras);
    LocalPages.respond(exchange, "application/json", JSON.std.asBytes(all));
  }

  /** The camera is given by its place, since its name may hold anything. */
  private void picture(HttpExchange exchange) throws IOException {
    String place = exchange.getRequestURI().getPath().substring("/picture/".length());
    List<CameraCounts> all = counts.get();
    boolean known = place.matches("\\d{1,6}") && Integer.parseInt(place) < all.size();
    Shown shown = known ? view(all.get(Integer.parseInt(place)).camera()).shown : null;
    if (shown == null) {
      exchange.sendResponseHeaders(NOT_FOUND, -1);
    } else {
      LocalPages.respond(exchange, "image/jpeg", shown.jpeg);
    }
  }
}
