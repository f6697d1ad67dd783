package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.vision.Detector;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several pictures as lines of JSON. */
class PictureLinesTest {

  private static final String TYPE = "application/x-ndjson";

  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo = new ServedDemo();
  }

  @AfterAll
  static void end() {
    demo.close();
  }

  private static String line(String id, int picture) {
    return "{%s\"image\":\"%s\"}\n"
        .formatted(id, Base64.getEncoder().encodeToString(ServedDemo.picture(picture)));
  }

  private static HttpResponse<byte[]> post(String query, String lines) throws Exception {
    return demo.post(ServedDemo.DETECT + query, TYPE, lines.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void eachLineIsAnsweredByOneAsTheLibraryAnswersIt() throws Exception {
    HttpResponse<byte[]> response =
        post("", line("\"id\": \"front, left\", ", 0) + line("\"id\":-7,", 3) + line("", 1));
    assertThat(response.statusCode()).as(ServedDemo.text(response)).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains(TYPE);
    List<String> lines = ServedDemo.text(response).lines().toList();
    List<Object> ids = List.of("front, left", -7, 3);
    int[] pictures = {0, 3, 1};
    assertThat(lines).hasSize(ids.size());
    try (Detector detector = ServedDemo.detector()) {
      for (int i = 0; i < ids.size(); i++) {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("id", ids.get(i));
        expected.putAll(
            DetectionsJson.picture(Path.of("a"), detector.detect(ServedDemo.picture(pictures[i]))));
        expected.remove("file");
        expected.remove("ms");
        Map<String, Object> found = JSON.std.mapFrom(lines.get(i));
        assertThat((Map<?, ?>) found.remove("ms")).hasSize(4);
        assertThat(found).isEqualTo(JSON.std.mapFrom(JSON.std.asString(expected)));
        assertThat((List<?>) found.get("detections")).isNotEmpty();
      }
    }
  }

  @Test
  void otherFormsOfTheAnswerNameThePictures() throws Exception {
    String lines = line("\"id\":\"a\",", 0) + line("\"id\":\"b\",", 1);
    assertThat(ServedDemo.text(post("?format=csv", lines))).contains("\na,", "\nb,");
    assertThat(ServedDemo.text(post("?format=coco", lines))).contains("\"file_name\":\"b\"");
    assertThat(ServedDemo.error(post("?format=jpeg", lines), 400))
        .isEqualTo("format=jpeg: expected one picture");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "[]",
        "{",
        "{}",
        "{\"id\": 1}",
        "{\"image\": 7}",
        "{\"image\": \"\"}",
        "{\"image\": \"*\"}",
        "{\"image\": \"aaaa\", \"image\": \"aaaa\"}",
        "{\"image\": \"aaaa\", \"picture\": \"aaaa\"}",
        "{\"image\": \"aaaa\", \"id\": 1.5}",
        "{\"image\": \"aaaa\", \"id\": \"\"}",
        "{\"image\": \"aaaa\", \"id\": \"a\\nb\"}",
        "{\"image\": {\"a\": {\"b\": {}}}}",
      })
  void aLineThatIsNoneIsRefused(String lines) throws Exception {
    assertThat(ServedDemo.error(post("", lines), 400))
        .startsWith("the body: expected ")
        .endsWith("{\"id\": \"…\", \"image\": \"BASE64\"}");
  }

  @Test
  void theLineThatIsWrongIsNamed() throws Exception {
    String good = line("", 0);
    assertThat(ServedDemo.error(post("", good + good + "{}"), 400)).contains("line 3 to be");
    assertThat(ServedDemo.error(post("", good + "{\"id\": \"second\", \"image\": \"bm8=\"}"), 400))
        .startsWith("second: the encoded picture");
    assertThat(ServedDemo.error(post("", "{\"image\":\"bm8=\"}\n".repeat(33)), 400))
        .isEqualTo("the body: expected at most 32 lines");
  }
}
