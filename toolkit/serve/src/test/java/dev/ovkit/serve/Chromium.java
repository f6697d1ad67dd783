package dev.ovkit.serve;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A page in a headless Chromium, by its DevTools protocol: a few commands over one web socket, so
 * that neither a driver of the browser's own version nor a download is needed.
 */
final class Chromium implements AutoCloseable {

  /** Only so that a test that hangs ends. */
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final int POLL_MILLIS = 20;

  private final Process browser;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Map<String, Object>>> open =
      new ConcurrentHashMap<>();
  private final Map<String, byte[]> instead = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private @Nullable String session;

  private Chromium(Process browser, Path profile, String address) {
    this.browser = browser;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Reader())
            .join();
  }

  /** Starts it, or skips the test where there is none. */
  static Chromium start(Path profile) throws IOException, InterruptedException {
    Optional<Path> program =
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, "chromium"))
            .filter(Files::isExecutable)
            .findFirst();
    if (program.isEmpty()) {
      System.out.println(
          "SKIPPED: no chromium in PATH, which shows the page; on Debian: apt-get install chromium");
    }
    Assumptions.assumeTrue(program.isPresent(), "no chromium in PATH");
    Process browser =
        new ProcessBuilder(
                program.get().toString(),
                "--headless=new",
                "--no-sandbox", // a container's root has none
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--force-device-scale-factor=1",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolveSibling("chromium.log").toFile())
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    List<String> lines = List.of();
    long begin = System.nanoTime();
    while (lines.size() < 2) {
      if (!browser.isAlive() || System.nanoTime() - begin > PATIENCE.toNanos()) {
        browser.destroyForcibly();
        throw new IllegalStateException(
            "chromium does not start: " + Files.readString(profile.resolveSibling("chromium.log")));
      }
      Thread.sleep(POLL_MILLIS);
      lines = Files.exists(port) ? Files.readAllLines(port) : List.of();
    }
    Chromium chromium =
        new Chromium(browser, profile, "ws://127.0.0.1:%s%s".formatted(lines.get(0), lines.get(1)));
    chromium.open();
    return chromium;
  }

  private void open() {
    Object target = send("Target.createTarget", Map.of("url", "about:blank")).get("targetId");
    session =
        (String)
            send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId");
    for (String domain : List.of("Page", "Runtime", "Log", "DOM")) {
      send(domain + ".enable", Map.of());
    }
    send(
        "Page.addScriptToEvaluateOnNewDocument",
        Map.of(
            "source",
            """
            window.violations = [];
            document.addEventListener('securitypolicyviolation',
              e => violations.push(e.violatedDirective + ' ' + e.blockedURI));
            window.asked = 0;
            const ask = window.fetch;
            window.fetch = (...all) => {
              asked += String(all[0]).includes('/detect');
              return ask(...all);
            };
            """));
  }

  /** Sends a command and waits for its answer. */
  Map<String, Object> send(String method, Map<String, ?> parameters) {
    try {
      return later(method, parameters).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(method + ": " + e, e);
    }
  }

  private CompletableFuture<Map<String, Object>> later(String method, Map<String, ?> parameters) {
    int id = number.incrementAndGet();
    CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
    open.put(id, answer);
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("id", id);
    command.put("method", method);
    command.put("params", parameters);
    if (session != null) {
      command.put("sessionId", session);
    }
    synchronized (this) { // a socket takes one message after the other
      socket.sendText(text(command), true).join();
    }
    return answer;
  }

  private static String text(Object value) {
    try {
      return JSON.std.asString(value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Opens an address and waits until it is loaded. */
  void go(String url) {
    send("Page.navigate", Map.of("url", url));
    waitFor(
        "location.href.startsWith(%s) && document.readyState === 'complete'".formatted(text(url)));
  }

  /** Returns what an expression gives, after its promise. */
  @SuppressWarnings("unchecked")
  @Nullable Object evaluate(String expression) {
    Map<String, Object> answer =
        send(
            "Runtime.evaluate",
            Map.of(
                "expression",
                expression,
                "awaitPromise",
                true,
                "returnByValue",
                true,
                "userGesture",
                true));
    if (answer.containsKey("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return ((Map<String, Object>) answer.get("result")).get("value");
  }

  String string(String expression) {
    return String.valueOf(evaluate(expression));
  }

  /** Waits until an expression is true. */
  void waitFor(String expression) {
    long begin = System.nanoTime();
    while (!Boolean.TRUE.equals(evaluate("Boolean(" + expression + ")"))) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "never: %s; the page: %s; complaints: %s"
                .formatted(expression, evaluate("document.body.innerText"), complaints));
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Chooses a file, as its dialog would. */
  @SuppressWarnings("unchecked")
  void choose(String selector, Path file) {
    Map<String, Object> root = (Map<String, Object>) send("DOM.getDocument", Map.of()).get("root");
    Object node =
        send("DOM.querySelector", Map.of("nodeId", root.get("nodeId"), "selector", selector))
            .get("nodeId");
    send(
        "DOM.setFileInputFiles",
        Map.of("nodeId", node, "files", List.of(file.toAbsolutePath().toString())));
  }

  /** Presses a key that writes nothing, such as Tab. */
  void press(String key) {
    Map<String, Integer> codes =
        Map.of(
            "Tab",
            9,
            "Enter",
            13,
            "End",
            35,
            "Home",
            36,
            "ArrowLeft",
            37,
            "ArrowRight",
            39,
            " ",
            32);
    for (String type : List.of("keyDown", "keyUp")) {
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("type", type);
      event.put("key", key);
      event.put("code", key.equals(" ") ? "Space" : key);
      event.put("windowsVirtualKeyCode", codes.get(key));
      if (key.equals("Enter") || key.equals(" ")) {
        event.put("text", key.equals(" ") ? " " : "\r");
      }
      send("Input.dispatchKeyEvent", event);
    }
  }

  /** Shows the page as on a screen of this size, in this scheme of colours. */
  void screen(int width, int height, boolean dark) {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    send(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Returns what the whole page looks like, as PNG. */
  byte[] screenshot() {
    Map<String, Object> answer =
        send("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
    return Base64.getDecoder().decode((String) answer.get("data"));
  }

  /** Gives answers in the server's place: by the end of a request's path, before its query. */
  void answerInstead(Map<String, String> json) {
    instead.clear();
    json.forEach((path, body) -> instead.put(path, body.getBytes(StandardCharsets.UTF_8)));
    send("Fetch.enable", Map.of("patterns", List.of(Map.of("urlPattern", "*/v1/models*"))));
  }

  /** Returns the errors that the page logged or threw since the last call. */
  List<String> complaints() {
    List<String> all = new ArrayList<>(complaints);
    complaints.removeAll(all);
    return all;
  }

  @Override
  public void close() {
    session = null;
    CompletableFuture<?> unused = later("Browser.close", Map.of());
    try {
      if (!browser.waitFor(10, TimeUnit.SECONDS)) {
        browser.descendants().forEach(ProcessHandle::destroyForcibly);
        browser.destroyForcibly();
        browser.waitFor();
      }
      socket.abort();
      for (String link : List.of("SingletonSocket", "SingletonLock", "SingletonCookie")) {
        Files.deleteIfExists(profile.resolve(link)); // they point elsewhere
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads answers and events. */
  private final class Reader implements WebSocket.Listener {

    private final StringBuilder parts = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        String message = parts.toString();
        parts.setLength(0);
        read(message);
      }
      from.request(1);
      return null;
    }

    @SuppressWarnings("unchecked")
    private void read(String json) {
      Map<String, Object> message;
      try {
        message = JSON.std.mapFrom(json);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      if (message.get("id") instanceof Integer id) {
        CompletableFuture<Map<String, Object>> answer = open.remove(id);
        if (message.containsKey("error")) {
          answer.completeExceptionally(new IllegalStateException(json));
        } else {
          answer.complete((Map<String, Object>) message.get("result"));
        }
        return;
      }
      Map<String, Object> event = (Map<String, Object>) message.get("params");
      switch (String.valueOf(message.get("method"))) {
        case "Runtime.exceptionThrown" -> complaints.add("thrown: " + text(event));
        case "Runtime.consoleAPICalled" -> {
          if (List.of("error", "assert", "warning").contains(event.get("type"))) {
            complaints.add("console: " + text(event));
          }
        }
        case "Log.entryAdded" -> {
          Map<String, Object> entry = (Map<String, Object>) event.get("entry");
          if ("error".equals(entry.get("level"))) {
            complaints.add("log: " + entry.get("text") + " " + entry.get("url"));
          }
        }
        case "Fetch.requestPaused" -> CompletableFuture.runAsync(() -> answer(event));
        default -> {}
      }
    }

    @SuppressWarnings("unchecked")
    private void answer(Map<String, Object> event) {
      String url = (String) ((Map<String, Object>) event.get("request")).get("url");
      String path = URI.create(url).getPath();
      Object id = event.get("requestId");
      Optional<byte[]> body =
          instead.entrySet().stream()
              .filter(one -> path.endsWith(one.getKey()))
              .map(Map.Entry::getValue)
              .findFirst();
      if (body.isEmpty()) {
        send("Fetch.continueRequest", Map.of("requestId", id));
        return;
      }
      send(
          "Fetch.fulfillRequest",
          Map.of(
              "requestId",
              id,
              "responseCode",
              200,
              "responseHeaders",
              List.of(Map.of("name", "Content-Type", "value", "application/json")),
              "body",
              Base64.getEncoder().encodeToString(body.get())));
    }
  }
}
