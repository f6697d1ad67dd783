package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.internal.json.CocoDataSet;
import dev.ovkit.internal.json.DetectionsCsv;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.Detector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainDetectionTest {

  private static ServedDemo demo;
  private static Detector detector;

  @BeforeAll
  static void start() {
    demo = new ServedDemo();
    detector = ServedDemo.detector();
  }

  @AfterAll
  static void end() {
    demo.close();
    detector.close();
  }

  /** What the library finds, in the form of {@code infer --json}, without its times. */
  private static Map<String, Object> expected(String file, Detections found) throws IOException {
    Map<String, Object> picture = DetectionsJson.picture(Path.of(file), found);
    picture.remove("ms");
    return JSON.std.mapFrom(JSON.std.asString(picture));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> pictures(HttpResponse<byte[]> response)
      throws IOException {
    List<Map<String, Object>> pictures =
        (List<Map<String, Object>>) ServedDemo.ok(response).get("pictures");
    for (Map<String, Object> one : pictures) {
      assertThat((Map<String, Object>) one.remove("ms"))
          .containsOnlyKeys("decode", "preprocess", "infer", "postprocess");
    }
    return pictures;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image/jpeg",
        "image/x-whatever",
        "application/octet-stream",
        "application/x-www-form-urlencoded"
      })
  void aPictureIsAnsweredAsTheLibraryAnswersIt(String type) throws Exception {
    for (int i = 0; i < 5; i++) {
      byte[] picture = ServedDemo.picture(i);
      Detections found = detector.detect(picture);
      assertThat(found.objects()).isNotEmpty();
      assertThat(pictures(demo.post(ServedDemo.DETECT, type, picture)))
          .containsExactly(expected("picture", found));
    }
  }

  @Test
  void theAnswerNamesTheModelAndItsVersion() throws Exception {
    HttpResponse<byte[]> response =
        demo.post(
            "/v1/models/conveyor-parts/versions/1/detect", "image/jpeg", ServedDemo.picture(0));
    assertThat(ServedDemo.ok(response))
        .containsEntry("version", 2)
        .containsEntry("model", "conveyor-parts")
        .containsEntry("model_version", "1")
        .containsEntry("device", "CPU");
    assertThat(response.headers().map())
        .containsEntry("x-content-type-options", List.of("nosniff"))
        .containsEntry("cache-control", List.of("no-store"))
        .doesNotContainKeys("server", "x-powered-by");
  }

  @Test
  void theQuerySaysWhatIsWanted() throws Exception {
    byte[] picture = ServedDemo.picture(1);
    String label = detector.detect(picture).objects().get(0).label();
    int number = detector.spec().classId(label);
    DetectOptions wanted =
        DetectOptions.defaults()
            .withConfidence(0.05f)
            .withIou(0.9f)
            .withMaxDetections(7)
            .withClasses(Set.of(number));
    Detections found = detector.detect(picture, wanted);
    assertThat(found.objects()).isNotEmpty().allMatch(one -> one.classId() == number);
    for (String name : List.of(label, Integer.toString(number))) {
      String query = "?conf=0.05&iou=0.9&max_det=7&classes=" + name;
      assertThat(pictures(demo.post(ServedDemo.DETECT + query, "image/jpeg", picture)))
          .containsExactly(expected("picture", found));
    }
    assertThat(pictures(demo.post(ServedDemo.DETECT, "image/jpeg", picture)))
        .containsExactly(expected("picture", detector.detect(picture)));
  }

  private static byte[] multipart(String... fileNames) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < fileNames.length; i++) {
      body.writeBytes(
          "--limit\r\nContent-Disposition: form-data; name=\"p%d\"%s\r\nContent-Type: image/jpeg\r\n\r\n"
              .formatted(i, fileNames[i].isEmpty() ? "" : "; filename=\"" + fileNames[i] + "\"")
              .getBytes(StandardCharsets.UTF_8));
      body.writeBytes(ServedDemo.picture(i % 5));
      body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    body.writeBytes("--limit--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  @Test
  void severalPicturesAreAnsweredInTheirOrder() throws Exception {
    HttpResponse<byte[]> response =
        demo.post(
            ServedDemo.DETECT,
            "multipart/form-data; boundary=limit",
            multipart("a.jpg", "../../etc/b.jpg", "c\\d.jpg"));
    assertThat(pictures(response))
        .containsExactly(
            expected("a.jpg", detector.detect(ServedDemo.picture(0))),
            expected("b.jpg", detector.detect(ServedDemo.picture(1))),
            expected("d.jpg", detector.detect(ServedDemo.picture(2))));
  }

  @Test
  void aPartThatIsNoFileIsRefused() throws Exception {
    assertThat(
            ServedDemo.error(
                demo.post(
                    ServedDemo.DETECT,
                    "multipart/form-data; boundary=limit",
                    multipart("a.jpg", "")),
                400))
        .contains("a part of the body has no file name");
    String[] many = new String[40];
    java.util.Arrays.fill(many, "a.jpg");
    assertThat(
            ServedDemo.error(
                demo.post(
                    ServedDemo.DETECT, "multipart/form-data; boundary=limit", multipart(many)),
                400))
        .contains("at most 32 pictures");
  }

  @Test
  void theOtherFormsAreThoseOfInfer() throws Exception {
    byte[] picture = ServedDemo.picture(2);
    Detections found = detector.detect(picture);
    HttpResponse<byte[]> csv = demo.post(ServedDemo.DETECT + "?format=csv", "image/jpeg", picture);
    assertThat(csv.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8");
    assertThat(ServedDemo.text(csv).lines())
        .startsWith(DetectionsCsv.header(found.task(), false))
        .hasSize(found.objects().size() + 1)
        .containsAll(DetectionsCsv.lines("picture", found, false));
    CocoDataSet set = new CocoDataSet(detector.spec().labels());
    set.add("picture", found);
    assertThat(ServedDemo.ok(demo.post(ServedDemo.DETECT + "?format=coco", "image/jpeg", picture)))
        .isEqualTo(JSON.std.mapFrom(JSON.std.asString(set.json())));
    HttpResponse<byte[]> drawn =
        demo.post(ServedDemo.DETECT + "?format=jpeg", "image/jpeg", picture);
    assertThat(drawn.headers().firstValue("Content-Type")).contains("image/jpeg");
    try (Picture wanted = Picture.decode(picture)) {
      wanted.draw(found);
      assertThat(drawn.body()).isEqualTo(wanted.toJpeg());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conf=2 | conf: expected a number from 0 to 1",
        "conf=NaN | conf: expected a number from 0 to 1",
        "iou=a | iou: expected a number from 0 to 1",
        "max_det=0 | max_det: expected a whole number from 1 to 10000",
        "classes=nothing | classes: the model has no class 'nothing'; see /v1/models",
        "classes=-1 | classes: the model has no class '-1'; see /v1/models",
        "format=xml | format: expected json, csv, coco or jpeg",
        "timeout_ms=-5 | timeout_ms: expected a whole number from 1 to 3600000",
        "confidence=0.5 | the query has an unknown parameter, or one twice; there are conf, iou,"
            + " classes, max_det, format and timeout_ms",
        "conf=0.5&conf=0.6 | the query has an unknown parameter, or one twice; there are conf, iou,"
            + " classes, max_det, format and timeout_ms"
      })
  void aQueryThatCannotBeIsRefused(String query, String message) throws Exception {
    assertThat(
            ServedDemo.error(
                demo.post(ServedDemo.DETECT + "?" + query, "image/jpeg", ServedDemo.picture(0)),
                400))
        .isEqualTo(message);
  }

  @Test
  void whatIsNoPictureIsRefusedWithTheReason() throws Exception {
    byte[] text = "not a picture".getBytes(StandardCharsets.UTF_8);
    assertThat(ServedDemo.error(demo.post(ServedDemo.DETECT, "image/jpeg", text), 400))
        .isEqualTo("the encoded picture: not a picture; expected a JPEG, PNG, WebP, BMP or TIFF");
    assertThat(
            ServedDemo.error(
                demo.post(ServedDemo.DETECT, "application/x-www-form-urlencoded", text), 400))
        .endsWith("; with curl, send it by --data-binary @FILE");
    assertThat(ServedDemo.error(demo.post(ServedDemo.DETECT, "image/jpeg", new byte[0]), 400))
        .contains("it is empty");
    assertThat(ServedDemo.error(demo.post(ServedDemo.DETECT, "text/html", text), 415))
        .contains("expected image/jpeg");
    byte[] half = java.util.Arrays.copyOf(ServedDemo.picture(0), 4000);
    assertThat(ServedDemo.error(demo.post(ServedDemo.DETECT, "image/jpeg", half), 400))
        .contains("its end is missing");
  }

  @Test
  void anotherModelVersionMethodOrAddressIsRefused() throws Exception {
    byte[] picture = ServedDemo.picture(0);
    assertThat(ServedDemo.error(demo.post("/v1/models/nothing/detect", "image/jpeg", picture), 404))
        .isEqualTo("there is no model of this name; see /v1/models");
    assertThat(
            ServedDemo.error(
                demo.post("/v1/models/conveyor-parts/versions/2/detect", "image/jpeg", picture),
                404))
        .isEqualTo("the model has no such version; see /v1/models");
    HttpResponse<byte[]> wrong = demo.get(ServedDemo.DETECT);
    assertThat(ServedDemo.error(wrong, 405)).isEqualTo("this address takes POST only");
    assertThat(wrong.headers().firstValue("Allow")).contains("POST");
    assertThat(ServedDemo.error(demo.get("/page"), 404)).contains("/openapi.json");
    assertThat(ServedDemo.error(demo.get("/v2/"), 404)).contains("/openapi.json");
  }

  @Test
  void aRequestHasAnIdAndIsLogged() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    HttpResponse<byte[]> response =
        demo.send(
            demo.request("/v1/models")
                .header("X-Request-Id", "mine-1")
                .header("traceparent", trace));
    assertThat(response.headers().firstValue("X-Request-Id")).contains("mine-1");
    assertThat(response.headers().firstValue("traceparent")).contains(trace);
    HttpResponse<byte[]> other =
        demo.send(
            demo.request("/v1/models")
                .header("X-Request-Id", "no word {")
                .header("traceparent", "00-" + "0".repeat(32) + "-b7ad6b7169203331-01"));
    assertThat(other.headers().firstValue("X-Request-Id").orElseThrow()).matches("[0-9a-f]{16}");
    assertThat(other.headers().firstValue("traceparent")).isEmpty();
    byte[] picture = ServedDemo.picture(3);
    demo.send(
        demo.request(ServedDemo.DETECT + "?conf=0.5")
            .header("X-Request-Id", "mine-2")
            .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(picture)));
    AnsweredRequest logged = Logged.byId(demo, "mine-2");
    assertThat(logged.json())
        .containsEntry("remote", "127.0.0.1")
        .containsEntry("method", "POST")
        .containsEntry("path", ServedDemo.DETECT)
        .containsEntry("status", 200)
        .containsEntry("received", (long) picture.length)
        .containsEntry("model", "conveyor-parts")
        .containsEntry("version", "1")
        .containsEntry("pictures", 1)
        .doesNotContainKeys("client", "traceparent");
    assertThat(Logged.byId(demo, "mine-1").json()).containsEntry("traceparent", trace);
  }

  @Test
  void theModelsAreListed() throws Exception {
    assertThat(ServedDemo.ok(demo.get("/v1/models")).get("models").toString())
        .contains("name=conveyor-parts", "version=1", "ready=true", "task=detect", "labels=[");
  }
}
