package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's files, by HTTP. */
class WebPageTest {

  private static final Path RESOURCES =
      ServedDemo.HOME.resolve("toolkit/serve/src/main/resources/dev/ovkit/serve/page");
  private static final Pattern NAMED =
      Pattern.compile("(?:\"page/|from '\\./)([a-z]+\\.(?:js|css|svg))");

  private static ServedDemo demo;

  @BeforeAll
  static void open() {
    demo = new ServedDemo();
  }

  @AfterAll
  static void close() {
    demo.close();
  }

  @Test
  void thePageIsStrict() throws Exception {
    HttpResponse<byte[]> page = demo.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
        .doesNotContain("unsafe", "*", "http", "data:");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.headers().firstValue("Permissions-Policy").orElseThrow())
        .startsWith("camera=(self), microphone=()");
    assertThat(page.headers().allValues("Cache-Control")).containsExactly("no-cache");
    assertThat(ServedDemo.text(page))
        .contains("<title>ovkit serve</title>")
        .doesNotContain("http:", "https:", "style=", "onclick=", "<style", "<script>");
  }

  /** Each file that one of them names is served, and no other is in the jar. */
  @Test
  void everyFileIsServedAndNamed() throws Exception {
    TreeSet<String> named = new TreeSet<>();
    TreeSet<String> unread = new TreeSet<>();
    unread.addAll(namedIn(ServedDemo.text(demo.get("/"))));
    while (!unread.isEmpty()) {
      String name = unread.pollFirst();
      if (named.add(name)) {
        HttpResponse<byte[]> file = demo.get("/page/" + name);
        assertThat(file.statusCode()).as(name).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type").orElseThrow())
            .as(name)
            .matches("(text/(javascript|css); charset=utf-8|image/svg\\+xml)");
        if (name.endsWith(".js")) {
          assertThat(ServedDemo.text(file))
              .as(name)
              .doesNotContain("innerHTML", "eval(", "localStorage", "sessionStorage", "cookie");
        }
        unread.addAll(namedIn(ServedDemo.text(file)));
      }
    }
    try (Stream<Path> files = Files.list(RESOURCES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(named.stream(), Stream.of("index.html")).toList());
    }
  }

  private static TreeSet<String> namedIn(String text) {
    TreeSet<String> names = new TreeSet<>();
    Matcher name = NAMED.matcher(text);
    while (name.find()) {
      names.add(name.group(1));
    }
    return names;
  }

  @Test
  void aBrowserAsksAgainAndIsToldThatNothingChanged() throws Exception {
    for (String path : new String[] {"/", "/page/page.css", "/page/main.js"}) {
      HttpResponse<byte[]> first = demo.get(path);
      String tag = first.headers().firstValue("ETag").orElseThrow();
      assertThat(tag).matches("\"[0-9a-f]{32}\"");
      for (String has : new String[] {tag, "W/" + tag, "\"other\", " + tag}) {
        HttpResponse<byte[]> again = demo.send(demo.request(path).header("If-None-Match", has));
        assertThat(again.statusCode()).as(has).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers().firstValue("ETag")).contains(tag);
        assertThat(again.headers().firstValue("Content-Security-Policy")).isPresent();
      }
      HttpResponse<byte[]> other =
          demo.send(demo.request(path).header("If-None-Match", "\"other\""));
      assertThat(other.statusCode()).isEqualTo(200);
      assertThat(other.body()).isEqualTo(first.body());
    }
  }

  @Test
  void onlyThePagesOwnFilesAreThere() throws Exception {
    for (String path :
        new String[] {"/page/index.html", "/page/", "/page/nothing.js", "/page/openapi.json"}) {
      ServedDemo.error(demo.get(path), 404);
    }
    HttpResponse<byte[]> post = demo.post("/", "text/plain", new byte[0]);
    assertThat(ServedDemo.error(post, 405)).isEqualTo("this address takes GET, HEAD only");
  }

  /** The page is no secret; what it asks for is. */
  @Test
  void thePageNeedsNoToken(@TempDir Path temp) throws Exception {
    Path tokens = Files.writeString(temp.resolve("tokens.txt"), "first=0123456789abcdef\n");
    try (ServedDemo safe = new ServedDemo(ServerOptions.defaults().withTokens(tokens))) {
      assertThat(safe.get("/").statusCode()).isEqualTo(200);
      assertThat(safe.get("/page/main.js").statusCode()).isEqualTo(200);
      ServedDemo.error(safe.get("/v1/models"), 401);
    }
  }
}
