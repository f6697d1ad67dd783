package dev.ovkit.serve;

import static dev.ovkit.serve.GrpcClient.MODEL;
import static dev.ovkit.serve.GrpcClient.field;
import static dev.ovkit.serve.GrpcClient.message;
import static dev.ovkit.serve.GrpcClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Frame;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.Detector.RawOutput;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Open Inference Protocol over gRPC, call by call, asked by gRPC's own client. */
@Timeout(120)
class GrpcInferenceTest {

  private static final String INFER = "ModelInfer";
  private static final String IMAGES = "name: 'images' datatype: 'BYTES' ";
  private static final String PIXELS = "name: 'pixels' datatype: 'UINT8' ";

  private static ServedDemo demo;
  private static GrpcClient client;
  private static Detector detector;

  @BeforeAll
  static void start() {
    demo = new ServedDemo(ServerOptions.defaults().withGrpcPort(0));
    client = new GrpcClient(demo.server.grpcPort().orElseThrow());
    detector = ServedDemo.detector();
  }

  @AfterAll
  static void end() {
    client.close();
    demo.close();
    detector.close();
  }

  // ---- server and model

  @Test
  void theServerIsAliveAndReady() {
    assertThat(client.call("ServerLive", "").toString()).isEqualTo("live: true\n");
    assertThat(client.call("ServerReady", "").toString()).isEqualTo("ready: true\n");
  }

  @Test
  void theServerAndTheModelAreDescribedAsByRest() throws Exception {
    Map<String, Object> rest = ServedDemo.ok(demo.get("/v2"));
    DynamicMessage server = client.call("ServerMetadata", "");
    for (String name : List.of("name", "version", "extensions")) {
      assertThat(GrpcClient.<Object>field(server, name)).isEqualTo(rest.get(name));
    }
    for (String version : List.of("", "version: '1'")) {
      DynamicMessage model = client.call("ModelMetadata", "name: 'conveyor-parts' " + version);
      Map<String, Object> described = new LinkedHashMap<>();
      for (String name : List.of("name", "versions", "platform")) {
        described.put(name, field(model, name));
      }
      for (String name : List.of("inputs", "outputs")) {
        List<Map<String, Object>> tensors = new ArrayList<>();
        for (DynamicMessage tensor : GrpcClient.<List<DynamicMessage>>field(model, name)) {
          tensors.add(
              Map.of(
                  "name", field(tensor, "name"),
                  "datatype", field(tensor, "datatype"),
                  "shape", shape(tensor)));
        }
        described.put(name, tensors);
      }
      assertThat(described).isEqualTo(ServedDemo.ok(demo.get("/v2/models/conveyor-parts")));
    }
  }

  private static List<Integer> shape(DynamicMessage tensor) {
    return GrpcClient.<List<Long>>field(tensor, "shape").stream().map(Long::intValue).toList();
  }

  @Test
  void theModelIsReadyAndAnotherIsUnknown() {
    for (String version : List.of("", "version: '1'")) {
      assertThat(client.call("ModelReady", "name: 'conveyor-parts' " + version).toString())
          .isEqualTo("ready: true\n");
    }
    for (String method : List.of("ModelReady", "ModelMetadata")) {
      assertThat(refused(Status.Code.NOT_FOUND, () -> client.call(method, "name: 'nothing'")))
          .isEqualTo("there is no model of this name; see /v1/models");
      assertThat(
              refused(
                  Status.Code.NOT_FOUND,
                  () -> client.call(method, "name: 'conveyor-parts' version: '9'")))
          .isEqualTo("the model has no such version; see /v1/models");
    }
  }

  @Test
  void probesOfGrpcAreAnswered() {
    byte[] serving = {8, 1};
    for (String service : List.of("", "inference.GRPCInferenceService")) {
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      if (!service.isEmpty()) {
        request.write(10);
        request.write(service.length());
        request.writeBytes(service.getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(
              client.call(
                  "grpc.health.v1.Health/Check", CallOptions.DEFAULT, request.toByteArray()))
          .isEqualTo(serving);
    }
    assertThat(
            refused(
                Status.Code.NOT_FOUND,
                () ->
                    client.call(
                        "grpc.health.v1.Health/Check",
                        CallOptions.DEFAULT,
                        new byte[] {10, 1, 'x'})))
        .contains("no such service");
  }

  // ---- inference

  private static byte[] element(byte[] bytes) {
    return ByteBuffer.allocate(4 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  private static DynamicMessage raw(String text, byte[]... contents) {
    DynamicMessage.Builder request = message("ModelInferRequest", MODEL + text);
    Descriptors.FieldDescriptor field =
        request.getDescriptorForType().findFieldByName("raw_input_contents");
    for (byte[] one : contents) {
      request.addRepeatedField(field, ByteString.copyFrom(one));
    }
    return request.build();
  }

  private static DynamicMessage rawPictures(String more, int... pictures) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int picture : pictures) {
      all.writeBytes(element(ServedDemo.picture(picture)));
    }
    return raw(
        "inputs { %sshape: %d } %s".formatted(IMAGES, pictures.length, more), all.toByteArray());
  }

  private static DynamicMessage typedPictures(String more, int... pictures) {
    DynamicMessage.Builder contents = message("InferTensorContents", "");
    for (int picture : pictures) {
      contents.addRepeatedField(
          contents.getDescriptorForType().findFieldByName("bytes_contents"),
          ByteString.copyFrom(ServedDemo.picture(picture)));
    }
    DynamicMessage.Builder request = message("ModelInferRequest", MODEL + more);
    Descriptors.FieldDescriptor inputs = request.getDescriptorForType().findFieldByName("inputs");
    DynamicMessage.Builder input = DynamicMessage.newBuilder(inputs.getMessageType());
    for (Map.Entry<String, Object> one :
        Map.of(
                "name",
                "images",
                "datatype",
                "BYTES",
                "shape",
                List.of((long) pictures.length, 1L),
                "contents",
                contents.build())
            .entrySet()) {
      input.setField(inputs.getMessageType().findFieldByName(one.getKey()), one.getValue());
    }
    return request.addRepeatedField(inputs, input.build()).build();
  }

  /**
   * The outputs of an answer by their names, as floats, longs and texts, whatever form they have.
   */
  private static Map<String, List<?>> outputs(DynamicMessage answer, boolean raw) {
    List<DynamicMessage> outputs = field(answer, "outputs");
    List<ByteString> contents = field(answer, "raw_output_contents");
    assertThat(contents).hasSize(raw ? outputs.size() : 0);
    Map<String, List<?>> values = new LinkedHashMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      DynamicMessage output = outputs.get(i);
      String type = field(output, "datatype");
      List<?> found =
          raw ? rawValues(type, contents.get(i)) : typedValues(type, field(output, "contents"));
      values.put(field(output, "name"), found);
      assertThat(shape(output).stream().reduce(1, Math::multiplyExact)).isEqualTo(found.size());
    }
    return values;
  }

  private static List<?> rawValues(String type, ByteString contents) {
    ByteBuffer bytes = contents.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Object> values = new ArrayList<>();
    while (bytes.hasRemaining()) {
      switch (type) {
        case "FP32" -> values.add(bytes.getFloat());
        case "INT64" -> values.add(bytes.getLong());
        default -> {
          byte[] text = new byte[bytes.getInt()];
          bytes.get(text);
          values.add(new String(text, StandardCharsets.UTF_8));
        }
      }
    }
    return values;
  }

  private static List<?> typedValues(String type, DynamicMessage contents) {
    return switch (type) {
      case "FP32" -> field(contents, "fp32_contents");
      case "INT64" -> field(contents, "int64_contents");
      default ->
          GrpcClient.<List<ByteString>>field(contents, "bytes_contents").stream()
              .map(ByteString::toStringUtf8)
              .toList();
    };
  }

  /** Compares numbers by their bits. */
  private static void check(Map<String, List<?>> outputs, List<Detections> pictures) {
    List<Float> boxes = new ArrayList<>();
    List<Float> scores = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    List<Long> classes = new ArrayList<>();
    List<Long> index = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      for (Detection one : pictures.get(i)) {
        boxes.addAll(List.of(one.box().x(), one.box().y(), one.box().width(), one.box().height()));
        scores.add(one.score());
        labels.add(one.label());
        classes.add((long) one.classId());
        index.add((long) i);
      }
    }
    assertThat(scores).isNotEmpty();
    assertThat(outputs)
        .isEqualTo(
            Map.of(
                "boxes", boxes,
                "scores", scores,
                "labels", labels,
                "class_ids", classes,
                "image_index", index));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void picturesAreAnsweredAsTheLibraryAnswersThem(boolean raw) {
    for (String version : List.of("", "model_version: '1' ")) {
      String more = "id: '42' " + version;
      DynamicMessage answer =
          client.call(INFER, raw ? rawPictures(more, 0, 3) : typedPictures(more, 0, 3));
      assertThat(GrpcClient.<String>field(answer, "model_name")).isEqualTo("conveyor-parts");
      assertThat(GrpcClient.<String>field(answer, "model_version")).isEqualTo("1");
      assertThat(GrpcClient.<String>field(answer, "id")).isEqualTo("42");
      check(
          outputs(answer, raw),
          List.of(detector.detect(ServedDemo.picture(0)), detector.detect(ServedDemo.picture(3))));
    }
  }

  @Test
  void theFormOfTheAnswerCanBeChosen() {
    List<Detections> found = List.of(detector.detect(ServedDemo.picture(1)));
    String parameter = "parameters { key: 'binary_data_output' value { bool_param: %s } }";
    check(outputs(client.call(INFER, rawPictures(parameter.formatted(false), 1)), false), found);
    check(outputs(client.call(INFER, typedPictures(parameter.formatted(true), 1)), true), found);
  }

  /** The main port answers calls, too. */
  @Test
  void onePortIsEnough() {
    try (GrpcClient other = new GrpcClient(demo.server.port())) {
      check(
          outputs(other.call(INFER, rawPictures("", 2)), true),
          List.of(detector.detect(ServedDemo.picture(2))));
    }
  }

  @Test
  void pixelsAreAnsweredInBothForms() {
    int width = 24;
    int height = 16;
    byte[] pixels = new byte[2 * 3 * width * height];
    new Random(7).nextBytes(pixels);
    StringBuilder numbers = new StringBuilder();
    for (byte one : pixels) {
      numbers.append(numbers.isEmpty() ? "" : ",").append(one & 0xff);
    }
    String parameters =
        "parameters { key: 'conf' value { double_param: 0.001 } }"
            + " parameters { key: 'max_det' value { int64_param: 5 } }";
    String shape = "shape: [2, %d, %d, 3]".formatted(height, width);
    List<Detections> found = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ByteBuffer one = ByteBuffer.wrap(pixels, i * pixels.length / 2, pixels.length / 2).slice();
      found.add(
          detector.detect(
              Frame.of(one, width, height, Frame.Format.RGB),
              DetectOptions.defaults().withConfidence(0.001f).withMaxDetections(5)));
    }
    DynamicMessage raw = raw("inputs { %s%s } %s".formatted(PIXELS, shape, parameters), pixels);
    check(outputs(client.call(INFER, raw), true), found);
    DynamicMessage typed =
        raw(
            "inputs { %s%s contents { uint_contents: [%s] } } %s"
                .formatted(PIXELS, shape, numbers, parameters));
    check(outputs(client.call(INFER, typed), false), found);
  }

  @Test
  void outputsComeAsTheyAreWanted() {
    DynamicMessage answer =
        client.call(
            INFER,
            rawPictures(
                "outputs { name: 'labels' } outputs { name: 'scores' } parameters { key:"
                    + " 'classes' value { string_param: '0' } }",
                1));
    Map<String, List<?>> outputs = outputs(answer, true);
    List<Detection> found =
        detector.detect(ServedDemo.picture(1)).objects().stream()
            .filter(one -> one.classId() == 0)
            .toList();
    assertThat(outputs.keySet()).containsExactly("labels", "scores");
    assertThat(outputs.get("labels")).isEqualTo(found.stream().map(Detection::label).toList());
    assertThat(outputs.get("scores")).isEqualTo(found.stream().map(Detection::score).toList());
  }

  @Test
  void theNetworksOutputsComeAsTheyAre() {
    RawOutput head = detector.outputs(ServedDemo.picture(1)).get(0);
    String wanted = "outputs { name: '%s' }".formatted(head.name());
    List<Float> values = new ArrayList<>();
    for (float value : head.values()) {
      values.add(value);
    }
    assertThat(outputs(client.call(INFER, rawPictures(wanted, 1)), true))
        .isEqualTo(Map.of(head.name(), values));
    assertThat(outputs(client.call(INFER, typedPictures(wanted, 1)), false))
        .isEqualTo(Map.of(head.name(), values));
  }

  // ---- errors

  static List<List<String>> wrongRequests() {
    String images = MODEL + "inputs { " + IMAGES;
    String pixels = MODEL + "inputs { " + PIXELS;
    String one = "shape: 1 contents { bytes_contents: 'no' } }";
    return List.of(
        List.of(MODEL, "inputs: expected at least one tensor"),
        List.of(images + "shape: 1 }", "expected raw_input_contents, or contents"),
        List.of(images + "shape: 1 } raw_input_contents: 'a'", "expected a length before each"),
        List.of(
            images + "shape: 1 } raw_input_contents: '\\377\\377\\377\\377'",
            "as many after a length as it says"),
        List.of(
            images + "shape: 1 } raw_input_contents: 'a' raw_input_contents: 'b'",
            "raw_input_contents: expected 1, one for each input"),
        List.of(images + one + " raw_input_contents: 'a'", "or contents, not both"),
        List.of(images + one, "picture 0: the encoded picture"),
        List.of(images + "shape: 2 contents { bytes_contents: 'a' } }", "[1] or [1, 1]"),
        List.of(images + "shape: -1 contents { bytes_contents: 'a' } }", "a shape: expected"),
        List.of(images + "shape: 1 contents { uint_contents: 1 } }", "expected pictures"),
        List.of(images + "shape: 1 contents { fp32_contents: 1 } }", "bytes_contents for"),
        List.of(pixels + "shape: [1, 1, 3] contents { uint_contents: [1, 2] } }", "2 elements"),
        List.of(pixels + "shape: [1, 1, 3] contents { uint_contents: 256 } }", "from 0 to 255"),
        List.of(
            pixels + "shape: [1, 1, 3] contents { bytes_contents: 'abc' } }", "expected numbers"),
        List.of(
            pixels + "shape: [2000000000, 2000000000, 3] } raw_input_contents: 'a'",
            "at most 50000000 pixels"),
        List.of(
            MODEL + "inputs { name: 'a' datatype: 'FP32' shape: 1 } raw_input_contents: 'a'",
            "the datatype of the input 'a'"),
        List.of(
            MODEL + "inputs { name: 'image' datatype: 'BYTES' " + one,
            "the input 'image' is unknown; expected images"),
        List.of(images + one + " outputs { name: 'masks' }", "the output 'masks' is unknown"),
        List.of(images + one + " outputs { }", "an output: expected a name"),
        List.of(
            images + one + " outputs { name: 'boxes' parameters { key: 'classification' } }",
            "the parameter classification of an output"),
        List.of(
            images + one.replace("}", "} parameters { key: 'shared_memory_region' }"),
            "the parameter shared_memory_region of the input 'images'"),
        List.of(
            images + one + " parameters { key: 'confidence' value { double_param: 1 } }",
            "unknown parameter"),
        List.of(
            images + one + " parameters { key: 'conf' value { double_param: 7 } }",
            "conf: expected"),
        List.of(
            images + one + " parameters { key: 'timeout' value { int64_param: 0 } }",
            "timeout: expected"),
        List.of("model_name: '" + "a".repeat(201) + "'", "model_name: expected at most 200"));
  }

  @ParameterizedTest
  @MethodSource("wrongRequests")
  void aWrongRequestIsRefusedWithTheReason(List<String> request) {
    assertThat(refused(Status.Code.INVALID_ARGUMENT, () -> client.call(INFER, request.get(0))))
        .contains(request.get(1))
        .doesNotContain("com.google");
  }

  @Test
  void whatIsNoMessageIsRefused() {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      byte[] good = rawPictures("", 0).toByteArray();
      byte[] sent = i % 2 == 0 ? noise : java.util.Arrays.copyOf(good, random.nextInt(good.length));
      try {
        client.call(GrpcClient.SERVICE + INFER, CallOptions.DEFAULT, sent);
        assertThat(i).as("noise was answered").isNegative();
      } catch (io.grpc.StatusRuntimeException e) {
        assertThat(e.getStatus().getCode())
            .isIn(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND);
      }
    }
  }

  /** Two bytes each, which classes of protoc would make sixteen million objects of. */
  @Test
  void millionsOfEmptyFieldsAreRefusedByTheirNumber() {
    byte[] inputs = new byte[16 << 20];
    for (int i = 0; i < inputs.length; i += 2) {
      inputs[i] = 5 << 3 | 2;
    }
    assertThat(
            refused(
                Status.Code.INVALID_ARGUMENT,
                () -> client.call(GrpcClient.SERVICE + INFER, CallOptions.DEFAULT, inputs)))
        .isEqualTo("inputs: expected at most 64 entries");
  }

  @Test
  void anUnknownCallIsNamed() {
    for (String path :
        List.of(GrpcClient.SERVICE + "ModelStreamInfer", "grpc.health.v1.Health/Watch")) {
      assertThat(
              refused(
                  Status.Code.UNIMPLEMENTED,
                  () -> client.call(path, CallOptions.DEFAULT, new byte[0])))
          .startsWith("there is no such call");
    }
  }

  @Test
  void aCompressedMessageIsRefused() {
    assertThat(
            refused(
                Status.Code.UNIMPLEMENTED,
                () ->
                    client.call(
                        GrpcClient.SERVICE + INFER,
                        CallOptions.DEFAULT.withCompression("gzip"),
                        rawPictures("", 0).toByteArray())))
        .contains("compressed messages are not read");
  }

  @Test
  void anErrorOfTheServerIsNone() {
    assertThat(demo.failures).isEmpty();
  }
}
