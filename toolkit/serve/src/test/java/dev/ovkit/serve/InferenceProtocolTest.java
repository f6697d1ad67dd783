package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Frame;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.Detector.RawOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Open Inference Protocol's REST document, path by path, and its binary extension. */
class InferenceProtocolTest {

  private static final String MODEL = "/v2/models/conveyor-parts";

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

  // ---- server and model

  @Test
  void theServerDescribesItself() throws Exception {
    assertThat(ServedDemo.ok(demo.get("/v2")))
        .containsOnlyKeys("name", "version", "extensions")
        .containsEntry("name", "ovkit")
        .containsEntry("extensions", List.of("binary_tensor_data"));
  }

  @Test
  void theServerIsAliveAndReady() throws Exception {
    assertThat(ServedDemo.ok(demo.get("/v2/health/live"))).isEqualTo(Map.of("live", true));
    assertThat(ServedDemo.ok(demo.get("/v2/health/ready"))).isEqualTo(Map.of("ready", true));
    assertThat(demo.server.isReady()).isTrue();
  }

  @Test
  void theModelIsReady() throws Exception {
    for (String path : List.of(MODEL + "/ready", MODEL + "/versions/1/ready")) {
      assertThat(ServedDemo.ok(demo.get(path)))
          .isEqualTo(Map.of("name", "conveyor-parts", "ready", true));
    }
    assertThat(ServedDemo.error(demo.get("/v2/models/nothing/ready"), 404))
        .contains("no model of this name");
    assertThat(ServedDemo.error(demo.get(MODEL + "/versions/9/ready"), 404))
        .contains("no such version");
  }

  @Test
  void theModelDescribesItsTensors() throws Exception {
    for (String path : List.of(MODEL, MODEL + "/versions/1")) {
      assertThat(ServedDemo.ok(demo.get(path)))
          .isEqualTo(
              Map.of(
                  "name", "conveyor-parts",
                  "versions", List.of("1"),
                  "platform", "openvino_ir",
                  "inputs",
                      List.of(
                          tensor("images", "BYTES", -1), tensor("pixels", "UINT8", -1, -1, -1, 3)),
                  "outputs",
                      List.of(
                          tensor("boxes", "FP32", -1, 4),
                          tensor("scores", "FP32", -1),
                          tensor("labels", "BYTES", -1),
                          tensor("class_ids", "INT64", -1),
                          tensor("image_index", "INT64", -1))));
    }
    ServedDemo.error(demo.get("/v2/models/nothing"), 404);
  }

  private static Map<String, Object> tensor(String name, String type, Integer... shape) {
    return Map.of("name", name, "datatype", type, "shape", List.of(shape));
  }

  // ---- inference

  private static String base64(int picture) {
    return "\"" + Base64.getEncoder().encodeToString(ServedDemo.picture(picture)) + "\"";
  }

  private static String images(int... pictures) {
    return "{\"id\": \"42\", \"inputs\": [{\"name\": \"images\", \"shape\": [%d], \"datatype\": \"BYTES\", \"data\": [%s]}]}"
        .formatted(
            pictures.length,
            String.join(
                ",", Arrays.stream(pictures).mapToObj(InferenceProtocolTest::base64).toList()));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> outputs(Map<String, Object> answer) {
    Map<String, Map<String, Object>> outputs = new java.util.LinkedHashMap<>();
    for (Map<String, Object> one : (List<Map<String, Object>>) answer.get("outputs")) {
      outputs.put((String) one.get("name"), one);
    }
    return outputs;
  }

  /** Compares numbers by their bits. */
  private static void check(Map<String, Object> answer, List<Detections> pictures) {
    List<Detection> objects = new ArrayList<>();
    List<Integer> index = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      for (Detection one : pictures.get(i)) {
        objects.add(one);
        index.add(i);
      }
    }
    assertThat(objects).isNotEmpty();
    Map<String, Map<String, Object>> outputs = outputs(answer);
    assertThat(outputs).containsOnlyKeys("boxes", "scores", "labels", "class_ids", "image_index");
    assertThat(outputs.get("boxes")).containsEntry("shape", List.of(objects.size(), 4));
    assertThat(floats(outputs.get("boxes")))
        .isEqualTo(
            objects.stream()
                .flatMap(
                    one ->
                        List.of(one.box().x(), one.box().y(), one.box().width(), one.box().height())
                            .stream())
                .toList());
    assertThat(floats(outputs.get("scores")))
        .isEqualTo(objects.stream().map(Detection::score).toList());
    assertThat(outputs.get("labels"))
        .containsEntry("data", objects.stream().map(Detection::label).toList());
    assertThat(outputs.get("class_ids"))
        .containsEntry("data", objects.stream().map(Detection::classId).toList());
    assertThat(outputs.get("image_index")).containsEntry("data", index);
  }

  private static List<Float> floats(Map<String, Object> output) {
    return ((List<?>) output.get("data"))
        .stream().map(number -> Float.parseFloat(number.toString())).toList();
  }

  @Test
  void picturesInJsonAreAnsweredAsTheLibraryAnswersThem() throws Exception {
    for (String path : List.of(MODEL + "/infer", MODEL + "/versions/1/infer")) {
      Map<String, Object> answer = ServedDemo.ok(demo.post(path, images(0, 3)));
      assertThat(answer)
          .containsEntry("model_name", "conveyor-parts")
          .containsEntry("model_version", "1")
          .containsEntry("id", "42");
      check(
          answer,
          List.of(detector.detect(ServedDemo.picture(0)), detector.detect(ServedDemo.picture(3))));
    }
  }

  @Test
  void pixelsInJsonAreAnsweredToo() throws Exception {
    int width = 24;
    int height = 16;
    byte[] pixels = new byte[3 * width * height];
    StringBuilder nested = new StringBuilder();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 7);
      nested.append(i == 0 ? "" : ",").append(pixels[i] & 0xff);
    }
    String request =
        "{\"inputs\": [{\"data\": [[%s]], \"datatype\": \"UINT8\", \"shape\": [1, %d, %d, 3], \"name\": \"pixels\"}], \"parameters\": {\"conf\": 0.001, \"max_det\": 5}}"
            .formatted(nested, height, width);
    Detections found =
        detector.detect(
            Frame.of(ByteBuffer.wrap(pixels), width, height, Frame.Format.RGB),
            dev.ovkit.model.DetectOptions.defaults().withConfidence(0.001f).withMaxDetections(5));
    check(ServedDemo.ok(demo.post(MODEL + "/infer", request)), List.of(found));
  }

  // ---- the binary extension

  private HttpResponse<byte[]> binary(String json, byte[]... tensors) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    body.writeBytes(head);
    for (byte[] tensor : tensors) {
      body.writeBytes(tensor);
    }
    return demo.send(
        demo.request(MODEL + "/infer")
            .header("Content-Type", "application/octet-stream")
            .header("Inference-Header-Content-Length", Integer.toString(head.length))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
  }

  private static byte[] element(byte[] bytes) {
    return ByteBuffer.allocate(4 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  private static String binaryImages(int count, int size, String more) {
    return "{\"inputs\": [{\"name\": \"images\", \"shape\": [%d, 1], \"datatype\": \"BYTES\", \"parameters\": {\"binary_data_size\": %d}}]%s}"
        .formatted(count, size, more);
  }

  @Test
  void binaryPicturesAreAnsweredInJson() throws Exception {
    byte[] first = element(ServedDemo.picture(1));
    byte[] second = element(ServedDemo.picture(2));
    HttpResponse<byte[]> response =
        binary(binaryImages(2, first.length + second.length, ""), first, second);
    check(
        ServedDemo.ok(response),
        List.of(detector.detect(ServedDemo.picture(1)), detector.detect(ServedDemo.picture(2))));
  }

  @Test
  void allOutputsMayBeBinary() throws Exception {
    byte[] picture = element(ServedDemo.picture(1));
    HttpResponse<byte[]> response =
        binary(
            binaryImages(1, picture.length, ", \"parameters\": {\"binary_data_output\": true}"),
            picture);
    assertThat(response.statusCode()).isEqualTo(200);
    int length =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    Map<String, Object> answer = JSON.std.mapFrom(Arrays.copyOf(response.body(), length));
    ByteBuffer bytes =
        ByteBuffer.wrap(response.body(), length, response.body().length - length)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    Detections found = detector.detect(ServedDemo.picture(1));
    int size = 0;
    for (Map<String, Object> output : outputs(answer).values()) {
      assertThat(output).containsOnlyKeys("name", "datatype", "shape", "parameters");
      size += (int) ((Map<?, ?>) output.get("parameters")).get("binary_data_size");
    }
    assertThat(size).isEqualTo(bytes.remaining());
    for (Detection one : found) {
      assertThat(bytes.getFloat()).isEqualTo(one.box().x());
      assertThat(bytes.getFloat()).isEqualTo(one.box().y());
      assertThat(bytes.getFloat()).isEqualTo(one.box().width());
      assertThat(bytes.getFloat()).isEqualTo(one.box().height());
    }
    for (Detection one : found) {
      assertThat(bytes.getFloat()).isEqualTo(one.score());
    }
    for (Detection one : found) {
      byte[] label = new byte[bytes.getInt()];
      bytes.get(label);
      assertThat(new String(label, StandardCharsets.UTF_8)).isEqualTo(one.label());
    }
    for (Detection one : found) {
      assertThat(bytes.getLong()).isEqualTo(one.classId());
    }
    for (int i = 0; i < found.objects().size(); i++) {
      assertThat(bytes.getLong()).isZero();
    }
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void outputsComeAsTheyAreWanted() throws Exception {
    byte[] picture = element(ServedDemo.picture(1));
    HttpResponse<byte[]> response =
        binary(
            binaryImages(
                1,
                picture.length,
                ", \"parameters\": {\"binary_data_output\": true}, \"outputs\": [{\"name\":"
                    + " \"scores\"}, {\"name\": \"labels\", \"parameters\": {\"binary_data\":"
                    + " false}}]"),
            picture);
    int length =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    Detections found = detector.detect(ServedDemo.picture(1));
    assertThat(response.body().length - length).isEqualTo(4 * found.objects().size());
    Map<String, Map<String, Object>> outputs =
        outputs(JSON.std.mapFrom(Arrays.copyOf(response.body(), length)));
    assertThat(outputs.keySet()).containsExactly("scores", "labels");
    assertThat(outputs.get("labels"))
        .containsEntry("data", found.objects().stream().map(Detection::label).toList());
  }

  @Test
  void binaryPixelsAreAnswered() throws Exception {
    byte[] pixels = new byte[2 * 3 * 8 * 6];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 11);
    }
    HttpResponse<byte[]> response =
        binary(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [2, 6, 8, 3], \"datatype\": \"UINT8\","
                + " \"parameters\": {\"binary_data_size\": 288}}], \"parameters\": {\"conf\":"
                + " 0.0001, \"max_det\": 3}}",
            pixels);
    List<Detections> found = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      found.add(
          detector.detect(
              Frame.of(ByteBuffer.wrap(pixels, 144 * i, 144).slice(), 8, 6, Frame.Format.RGB),
              dev.ovkit.model.DetectOptions.defaults()
                  .withConfidence(0.0001f)
                  .withMaxDetections(3)));
    }
    check(ServedDemo.ok(response), found);
  }

  @Test
  void theNetworksOutputsComeAsTheyAre() throws Exception {
    List<RawOutput> first = detector.outputs(ServedDemo.picture(1));
    List<RawOutput> second = detector.outputs(ServedDemo.picture(2));
    assertThat(first.stream().map(RawOutput::name).toList())
        .isEqualTo(detector.spec().layout().outputs());
    RawOutput head = first.get(0);
    HttpResponse<byte[]> response =
        demo.post(
            MODEL + "/infer",
            images(1, 2).replaceFirst("}$", "")
                + ", \"outputs\": [{\"name\": \"%s\", \"parameters\": {\"binary_data\": true}}]}"
                    .formatted(head.name()));
    int length =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    List<Object> shape = new ArrayList<>(List.of(2));
    head.shape().stream().skip(1).forEach(side -> shape.add(side.intValue()));
    assertThat(outputs(JSON.std.mapFrom(Arrays.copyOf(response.body(), length))).get(head.name()))
        .containsEntry("shape", shape);
    ByteBuffer bytes =
        ByteBuffer.wrap(response.body(), length, response.body().length - length)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    for (RawOutput one : List.of(head, second.get(0))) {
      float[] values = new float[one.values().length];
      bytes.asFloatBuffer().get(values);
      bytes.position(bytes.position() + Float.BYTES * values.length);
      assertThat(values).isEqualTo(one.values());
    }
    assertThat(bytes.hasRemaining()).isFalse();
    assertThat(
            ServedDemo.error(
                demo.post(
                    MODEL + "/infer",
                    images(1).replaceFirst("}$", "")
                        + ", \"outputs\": [{\"name\": \"%s\"}, {\"name\": \"boxes\"}]}"
                            .formatted(head.name())),
                400))
        .contains("the output 'boxes' is unknown; there are " + head.name());
  }

  // ---- errors

  static List<List<String>> wrongRequests() {
    String picture = base64(0);
    String bytes = "{\"inputs\": [{\"name\": \"images\", \"datatype\": \"BYTES\", ";
    String good = "\"shape\": [1], \"data\": [" + picture + "]}]";
    return List.of(
        List.of("", "the body: expected a JSON object"),
        List.of("[]", "the body: expected a JSON object"),
        List.of("{", "the body is not valid JSON"),
        List.of("{} {}", "inputs: expected at least one tensor"),
        List.of("{\"inputs\": []}", "inputs: expected at least one tensor"),
        List.of("{\"inputs\": 7}", "inputs: expected an array"),
        List.of("{\"inputs\": [7]}", "inputs: expected objects"),
        List.of("{\"id\": 7}", "id: expected a text"),
        List.of("{\"id\": \"a\", \"id\": \"b\"}", "Duplicate field 'id'"),
        List.of(bytes + good + "} 1", "the body: expected nothing after the JSON object"),
        List.of(bytes + "\"data\": [" + picture + "]}]}", "expected a shape"),
        List.of(bytes + "\"shape\": [1]}]}", "expected data, or binary_data_size"),
        List.of(bytes + "\"shape\": [2], \"data\": [" + picture + "]}]}", "[1] or [1, 1]"),
        List.of(bytes + "\"shape\": [-1], \"data\": [" + picture + "]}]}", "a shape: expected"),
        List.of(bytes + "\"shape\": [1.5], \"data\": [" + picture + "]}]}", "a shape: expected"),
        List.of(bytes + "\"shape\": [99999999999999999999], \"data\": []}]}", "a shape: expected"),
        List.of(bytes + "\"shape\": [0], \"data\": []}]}", "at least one"),
        List.of(bytes + "\"shape\": [1], \"data\": [\"***\"]}]}", "a text is not Base64"),
        List.of(bytes + "\"shape\": [1], \"data\": [1]}]}", "expected pictures"),
        List.of(bytes + "\"shape\": [1], \"data\": [NaN]}]}", "not valid JSON"),
        List.of(bytes + "\"shape\": [1], \"data\": [null]}]}", "expected pictures in Base64"),
        List.of(bytes + "\"shape\": [1], \"data\": " + "[".repeat(500) + "]", "not valid JSON"),
        List.of(
            bytes + "\"shape\": [1], \"data\": [\"bm8=\"]}]}", "picture 0: the encoded picture"),
        List.of(
            bytes + good + ", \"outputs\": [{\"name\": \"masks\"}]}",
            "the output 'masks' is unknown"),
        List.of(
            bytes + good + ", \"outputs\": [{\"name\": \"boxes\"}, {\"name\": \"boxes\"}]}",
            "the output 'boxes' is wanted twice"),
        List.of(
            bytes
                + good
                + ", \"outputs\": [{\"name\": \"boxes\", \"parameters\": {\"classification\":"
                + " 3}}]}",
            "the parameter classification of an output"),
        List.of(bytes + good + ", \"parameters\": {\"confidence\": 1}}", "unknown parameter"),
        List.of(bytes + good + ", \"parameters\": {\"conf\": 7}}", "conf: expected"),
        List.of(bytes + good + ", \"parameters\": {\"conf\": {}}}", "the parameter conf"),
        List.of(bytes + good + ", \"parameters\": {\"timeout\": 0}}", "timeout: expected"),
        List.of(
            "{\"inputs\": [{\"name\": \"image\", \"shape\": [1], \"datatype\": \"BYTES\", \"data\":"
                + " [\"bm8=\"]}]}",
            "the input 'image' is unknown"),
        List.of(
            "{\"inputs\": [{\"name\": \"images\", \"shape\": [1], \"datatype\": \"FP32\", \"data\":"
                + " [1]}]}",
            "the datatype of the input 'images'"),
        List.of(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [1,1,3], \"datatype\": \"UINT8\","
                + " \"data\": [1,2,256]}]}",
            "numbers from 0 to 255"),
        List.of(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [1,1,3], \"datatype\": \"UINT8\","
                + " \"data\": [1,2,0.5]}]}",
            "whole numbers 0 to 255"),
        List.of(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [1,1,3], \"datatype\": \"UINT8\","
                + " \"data\": [1,2]}]}",
            "one that has 2 elements"),
        List.of(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [1,3,1,1], \"datatype\": \"UINT8\","
                + " \"data\": [1,2,3]}]}",
            "[height, width, 3]"),
        List.of(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [2000000000,2000000000,3],"
                + " \"datatype\": \"UINT8\", \"data\": [1]}]}",
            "at most 50000000 pixels"),
        List.of(
            "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [1], \"datatype\": \"UINT8\","
                + " \"data\": [1], \"parameters\": {\"binary_data_size\": 9}}]}",
            "not both"),
        List.of(
            "{\"inputs\": [{\"name\": \"images\", \"shape\": [1], \"datatype\": \"BYTES\","
                + " \"parameters\": {\"binary_data_size\": 99999}}]}",
            "binary_data_size of the input 'images': expected at most 0"),
        List.of(
            "{\"inputs\": [{\"name\": \"images\", \"shape\": [1], \"datatype\": \"BYTES\","
                + " \"parameters\": {\"binary_data_size\": -1}}]}",
            "a whole number from 0"),
        List.of(
            "{\"inputs\": [{\"name\": \"images\", \"shape\": [1], \"datatype\": \"BYTES\","
                + " \"parameters\": {\"shared_memory_region\": \"a\"}}]}",
            "the parameter shared_memory_region"));
  }

  @ParameterizedTest
  @MethodSource("wrongRequests")
  void aWrongRequestIsRefusedWithTheReason(List<String> request) throws Exception {
    assertThat(ServedDemo.error(demo.post(MODEL + "/infer", request.get(0)), 400))
        .contains(request.get(1))
        .doesNotContain("Exception", "dev.ovkit", "com.fasterxml");
  }

  @Test
  void wrongBinaryLengthsAreRefused() throws Exception {
    byte[] picture = element(ServedDemo.picture(0));
    assertThat(ServedDemo.error(binary(binaryImages(1, picture.length - 1, ""), picture), 400))
        .contains("the bytes of the input 'images': expected as many after a length as it says");
    assertThat(
            ServedDemo.error(
                binary(binaryImages(1, picture.length, ""), picture, new byte[3]), 400))
        .contains("the sum of binary_data_size");
    assertThat(ServedDemo.error(binary(binaryImages(2, picture.length, ""), picture), 400))
        .contains("[1] or [1, 1]");
    assertThat(
            ServedDemo.error(
                binary(binaryImages(1, 8, ""), new byte[] {-1, -1, -1, -1, 0, 0, 0, 0}), 400))
        .contains("as many after a length as it says");
    for (String length : List.of("-1", "x", "99999999999", "999999999")) {
      assertThat(
              ServedDemo.error(
                  demo.send(
                      demo.request(MODEL + "/infer")
                          .header("Inference-Header-Content-Length", length)
                          .POST(HttpRequest.BodyPublishers.ofString("{}"))),
                  400))
          .contains("Inference-Header-Content-Length");
    }
  }

  @Test
  void anErrorOfTheServerIsNone() throws IOException {
    assertThat(demo.failures).isEmpty();
  }
}
