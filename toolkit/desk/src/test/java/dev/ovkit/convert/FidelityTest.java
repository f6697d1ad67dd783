package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.ovkit.CompileOptions;
import dev.ovkit.TestModels;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Shape;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The IR's outputs against ONNX Runtime's on the ONNX as it was given: another reader, another
 * engine.
 */
@Tag("integration")
class FidelityTest {

  @TempDir private Path temp;

  /** With FP16 the rounding of weights shows: more on random weights, which amplify it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conveyor-parts | /model.32/m.0/Conv_output_0,/model.32/m.1/Conv_output_0,/model.32/m.2/Conv_output_0 | true | 255 | 3e-3",
        "small:yolox-raw | output | false | 1 | 3e-3",
        "v5lite-e-coco | 564,592,620 | true | 255 | 3e-3",
        "v5lite-s | /model.21/m.0/Conv_output_0,/model.21/m.1/Conv_output_0,/model.21/m.2/Conv_output_0 | true | 255 | 3e-3",
        "yolov5n-ppe | /model.24/m.0/Conv_output_0,/model.24/m.1/Conv_output_0,/model.24/m.2/Conv_output_0 | true | 255 | 3e-3",
        "yolox_nano-416 | output | false | 1 | 3e-3",
        "yolox_nano-fixed | output | false | 1 | 3e-3",
        "pplcnet-yolo-seed-names-quarter | 620,635,650 | true | 255 | 2e-2",
        "yolov5s-seed-names-quarter | 378,393,408 | true | 255 | 2e-2",
      })
  void rawOutputsEqualOnnxRuntimes(
      String name, String tensors, boolean reversed, float scale, double fp16Limit)
      throws Exception {
    Path onnx = TestModels.onnx(name);
    List<String> outputs = List.of(tensors.split(","));
    for (WeightPrecision type : List.of(WeightPrecision.FP16, WeightPrecision.FP32)) {
      Conversion ir = Converter.convert(ConvertOptions.of(onnx).into(temp, type));
      try (Core core = Core.create();
          Model model = core.readModel(ir.xml());
          CompiledModel compiled = core.compile(model, CompileOptions.defaults());
          InferRequest request = compiled.createRequest()) {
        Shape shape = request.input(0).shape();
        double worst = 0;
        for (Path picture : TestModels.pictures(name)) {
          float[] pixels = picture(picture, shape);
          request.input(0).floats().put(0, pixels);
          request.infer();
          List<float[]> expected =
              onnxRuntime(onnx, outputs, prepared(pixels, reversed, scale), shape);
          for (int i = 0; i < outputs.size(); i++) {
            FloatBuffer actual = request.output(outputs.get(i)).floats();
            worst = Math.max(worst, relativeL2(expected.get(i), actual));
          }
        }
        assertThat(worst)
            .as("%s %s", name, type)
            .isLessThan(type == WeightPrecision.FP32 ? 1e-5 : fp16Limit);
      }
    }
  }

  /** A real picture, letterboxed: BGR, 0..255, channel by channel. */
  private static float[] picture(Path file, Shape shape) {
    int height = (int) shape.dimension(2);
    int width = (int) shape.dimension(3);
    ByteBuffer pixels = ByteBuffer.allocateDirect(height * width * 3);
    try (Picture picture = Picture.read(file)) {
      Letterbox box =
          Letterbox.of(
              picture.width(), picture.height(), width, height, Resize.Mode.LETTERBOX_CENTRE);
      picture.letterbox(box, Resize.LETTERBOX, pixels);
    }
    int plane = height * width;
    float[] values = new float[3 * plane];
    for (int i = 0; i < values.length; i++) {
      values[i % 3 * plane + i / 3] = pixels.get(i) & 0xff;
    }
    return values;
  }

  static float[] prepared(float[] bytes, boolean reversed, float scale) {
    int plane = bytes.length / 3;
    float[] values = new float[bytes.length];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < plane; i++) {
        values[c * plane + i] = bytes[(reversed ? 2 - c : c) * plane + i] / scale;
      }
    }
    return values;
  }

  /** Inner tensors become outputs by being named so: nothing of ovkit's own cutting is used. */
  static List<float[]> onnxRuntime(Path onnx, List<String> outputs, float[] input, Shape shape)
      throws Exception {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(onnx)).toBuilder();
    for (String output : outputs) {
      boolean there =
          model.getGraph().getOutputList().stream().anyMatch(o -> o.getName().equals(output));
      if (!there) {
        ValueInfoProto.Builder info = ValueInfoProto.newBuilder().setName(output);
        info.getTypeBuilder().getTensorTypeBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
        model.getGraphBuilder().addOutput(info);
      }
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model.build().toByteArray());
        OnnxTensor tensor =
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(input),
                shape.dimensions().stream().mapToLong(Long::longValue).toArray());
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), tensor))) {
      List<float[]> values = new ArrayList<>();
      for (String output : outputs) {
        FloatBuffer buffer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
        float[] copy = new float[buffer.remaining()];
        buffer.get(copy);
        values.add(copy);
      }
      return values;
    }
  }

  static double relativeL2(float[] expected, FloatBuffer actual) {
    assertThat(actual.capacity()).isEqualTo(expected.length);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - actual.get(i), 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
