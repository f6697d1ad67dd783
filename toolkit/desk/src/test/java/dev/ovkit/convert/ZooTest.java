package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.CompileOptions;
import dev.ovkit.family.Families;
import dev.ovkit.family.FoundHead;
import dev.ovkit.family.Rows;
import dev.ovkit.family.Yolov5;
import dev.ovkit.family.Yolov5.FlatOutput;
import dev.ovkit.family.Yolov5.Tail;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.rewrite.Rewrites;
import dev.ovkit.onnx.rewrite.Rewritten;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Shape;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every architecture of the zoo, as every exporter spells it: its heads are found without a flag,
 * and its IR computes what ONNX Runtime does with the ONNX.
 */
@Tag("network")
class ZooTest {

  private static final double FP32_LIMIT = 1e-5;

  /** Random weights amplify the rounding of weights. */
  private static final double FP16_LIMIT = 2e-2;

  @TempDir private Path temp;

  static Stream<String> spellings() {
    return Stream.of("modern", "legacy")
        .flatMap(
            names ->
                Stream.of(
                        "--size 256",
                        "--size 256 --branches kept --form exported --classes 7",
                        "--size 192x320 --head sigmoid --form exported --bn keep",
                        "--size 320x192 --head decoded --classes 80 --bn keep")
                    .map(spelling -> "--width 0.25 --names " + names + " " + spelling));
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void headsOfEverySystemAreFoundAndItsIrEqualsOnnxRuntime(String spelling) throws Exception {
    List<Zoo.Written> models = Zoo.all(spelling);
    assertThat(models).extracting(Zoo.Written::system).isEqualTo(Zoo.systems()).hasSize(10);
    for (Zoo.Written model : models) {
      facts(model, spelling);
      double error = error(model, WeightPrecision.FP32);
      assertThat(error).as("FP32 of %s %s", model.system(), spelling).isLessThan(FP32_LIMIT);
    }
  }

  /** The graph before and after, both in ONNX Runtime, at the number that differs most. */
  @ParameterizedTest
  @CsvSource({
    "all, --width 0.25 --size 256 --names modern --form exported --bn keep, 1e-5",
    "all, --width 0.25 --size 256 --names legacy --branches kept, 1e-5",
    "pplcnet-yolo, --size 320 --names modern, 2e-5",
  })
  void rewritingIsExact(String system, String options, double limit) throws Exception {
    for (Zoo.Written model :
        system.equals("all") ? Zoo.all(options) : List.of(Zoo.model(system, options))) {
      Rewritten rewritten = Rewrites.apply(OnnxModel.read(model.onnx()));
      assertThat(rewritten.fired()).as(model.system()).isNotEmpty();
      Path other = temp.resolve("rewritten.onnx");
      Files.write(other, rewritten.model().toBytes());
      float[] pixels = FidelityTest.prepared(noise(model), true, 255);
      List<float[]> before = heads(model.onnx(), model, pixels);
      List<float[]> after = heads(other, model, pixels);
      for (int head = 0; head < 3; head++) {
        double error = largest(before.get(head), after.get(head));
        assertThat(error).as("%s %s", model.system(), options).isLessThanOrEqualTo(limit);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"modern", "legacy"})
  void everySystemSurvivesFp16(String names) throws Exception {
    for (Zoo.Written model : Zoo.all("--width 0.25 --names " + names + " --size 256")) {
      double error = error(model, WeightPrecision.FP16);
      assertThat(error).as("FP16 of %s %s", model.system(), names).isLessThan(FP16_LIMIT);
    }
  }

  /** The seed's own two, as large as they are, with the names that its page prints. */
  @ParameterizedTest
  @CsvSource({
    "pplcnet-yolo, legacy, Conv_462 Conv_478 Conv_494",
    "pplcnet-yolo, modern, /model.32/m.0/Conv /model.32/m.1/Conv /model.32/m.2/Conv",
    "yolov5s-v5, legacy, Conv_245 Conv_261 Conv_277",
    "yolov5s-v5, modern, /model.24/m.0/Conv /model.24/m.1/Conv /model.24/m.2/Conv",
  })
  void theSeedsModelsInFullSize(String system, String names, String heads) throws Exception {
    String options = "--names " + names;
    Zoo.Written model = Zoo.model(system, options);
    assertThat(facts(model, options).heads())
        .extracting(FoundHead::node)
        .containsExactly(heads.split(" "));
    for (WeightPrecision type : List.of(WeightPrecision.FP16, WeightPrecision.FP32)) {
      double error = error(model, type);
      assertThat(error)
          .as("%s of %s %s", type, system, names)
          .isLessThan(type == WeightPrecision.FP32 ? FP32_LIMIT : FP16_LIMIT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "v5lite-g, --size 320, --bn keep",
    "v5lite-g, --size 320 --names legacy, --branches kept",
    "repvgg-a1-yolo, --size 320 --width 0.25, --bn keep",
    "repvgg-a1-yolo, --size 320 --width 0.25 --names legacy, --branches kept",
  })
  void branchesOfTrainingAreMerged(String system, String options, String form) throws Exception {
    Zoo.Written training = Zoo.model(system, options + " " + form);
    Zoo.Written merged = Zoo.model(system, options);
    Conversion trainingIr = convert(training, WeightPrecision.FP32, "training");
    Conversion mergedIr = convert(merged, WeightPrecision.FP32, "merged");
    String xml = Files.readString(trainingIr.xml());
    assertThat(convolutions(xml))
        .isEqualTo(convolutions(Files.readString(mergedIr.xml())))
        .isGreaterThan(40);
    assertThat(xml).doesNotContain("BatchNormInference").doesNotContain("type=\"AvgPool\"");
    float[] pixels = noise(training);
    List<float[]> expected = infer(mergedIr, merged, pixels);
    List<float[]> actual = infer(trainingIr, training, pixels);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(FidelityTest.relativeL2(expected.get(i), FloatBuffer.wrap(actual.get(i))))
          .isLessThan(FP32_LIMIT);
    }
    assertThat(error(training, WeightPrecision.FP32)).isLessThan(FP32_LIMIT);
  }

  @ParameterizedTest
  @CsvSource({
    "--names legacy",
    "--names legacy --form exported",
    "--names modern --form exported --bn keep",
  })
  void focusBecomesOneConvolution(String options) throws Exception {
    Zoo.Written model = Zoo.model("yolov5s-v5", "--width 0.25 --size 320 " + options);
    assertThat(Files.readString(model.onnx(), StandardCharsets.ISO_8859_1)).contains("Slice");
    Conversion ir = convert(model, WeightPrecision.FP32, "focus");
    String xml = Files.readString(ir.xml());
    assertThat(xml).doesNotContain("type=\"Slice\"").doesNotContain("type=\"StridedSlice\"");
    // Its weights, 8 x 3 x 6 x 6, and the step of two pixels.
    assertThat(xml).contains("shape=\"8, 3, 6, 6\"").contains("strides=\"2, 2\"");
    assertThat(error(model, WeightPrecision.FP32)).isLessThan(FP32_LIMIT);
  }

  @Test
  void withoutRewritingTheIrIsTheSameFunctionToo() throws Exception {
    Zoo.Written model = Zoo.model("v5lite-g", "--size 320 --bn keep");
    ConvertOptions asked = ConvertOptions.of(model.onnx());
    Conversion plain =
        Converter.convert(
            new ConvertOptions(
                asked.onnx(),
                temp,
                "plain",
                WeightPrecision.FP32,
                asked.outputs(),
                asked.inputShape(),
                asked.mean(),
                asked.scale(),
                asked.reverseChannels(),
                asked.resize(),
                asked.pad(),
                asked.interpolation(),
                asked.labels(),
                false,
                asked.description()));
    Conversion rewritten = convert(model, WeightPrecision.FP32, "rewritten");
    assertThat(Files.readString(plain.xml())).contains("type=\"Slice\"");
    assertThat(Files.readString(rewritten.xml())).doesNotContain("type=\"Slice\"");
    float[] pixels = noise(model);
    List<float[]> expected = infer(plain, model, pixels);
    List<float[]> actual = infer(rewritten, model, pixels);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(FidelityTest.relativeL2(expected.get(i), FloatBuffer.wrap(actual.get(i))))
          .isLessThan(FP32_LIMIT);
    }
  }

  /** Family, heads, strides, anchors and classes, from the graph alone. */
  private static Yolov5.Found facts(Zoo.Written model, String options) {
    String what = model.system() + " " + options;
    Yolov5.Found yolo =
        (Yolov5.Found)
            Families.ALL.recognise(OnnxModel.read(model.onnx())).detector().orElseThrow();
    assertThat(yolo.classes()).as(what).isEqualTo(model.classes());
    assertThat(yolo.anchorsPerCell()).as(what).isEqualTo(3);
    assertThat(yolo.heads()).as(what).extracting(FoundHead::stride).containsExactly(8, 16, 32);
    boolean decoded = options.contains("--head decoded");
    for (int i = 0; i < 3; i++) {
      FoundHead found = yolo.heads().get(i);
      Zoo.Head written = model.heads().get(i);
      assertThat(found.node()).as(what).isEqualTo(written.node());
      assertThat(found.tensor()).as(what).isEqualTo(written.tensor());
      assertThat(found.stride()).as(what).isEqualTo(written.stride());
      assertThat(found.shape().dimensions()).as(what).isEqualTo(written.shape());
      assertThat(found.anchors()).as(what).isEqualTo(decoded ? written.anchors() : List.of());
    }
    if (options.contains("--head")) {
      assertThat(yolo.flat()).as(what).isPresent();
      FlatOutput flat = yolo.flat().orElseThrow();
      assertThat(flat.tail()).as(what).isEqualTo(decoded ? Tail.DECODED : Tail.SIGMOID);
      assertThat(flat.rows()).as(what).isEqualTo(Rows.IN_ORDER);
    } else {
      assertThat(yolo.flat()).as(what).isEmpty();
    }
    return yolo;
  }

  /** The largest relative L2 of a raw head of the IR against ONNX Runtime on the file as it is. */
  private double error(Zoo.Written model, WeightPrecision type) throws Exception {
    Conversion ir = convert(model, type, model.system());
    assertThat(ir.detector().orElseThrow().layout()).isInstanceOf(RawHeads.class);
    float[] pixels = noise(model);
    List<float[]> actual = infer(ir, model, pixels);
    List<float[]> expected = heads(model.onnx(), model, FidelityTest.prepared(pixels, true, 255));
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      worst =
          Math.max(
              worst, FidelityTest.relativeL2(expected.get(i), FloatBuffer.wrap(actual.get(i))));
    }
    return worst;
  }

  private static List<float[]> heads(Path onnx, Zoo.Written model, float[] input) throws Exception {
    return FidelityTest.onnxRuntime(
        onnx,
        model.heads().stream().map(Zoo.Head::tensor).toList(),
        input,
        new Shape(List.of(1L, 3L, model.height(), model.width())));
  }

  private static double largest(float[] expected, float[] actual) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double scale = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return difference / scale;
  }

  private Conversion convert(Zoo.Written model, WeightPrecision type, String name)
      throws Exception {
    Path folder = Files.createDirectories(temp.resolve(name + "-" + type));
    return Converter.convert(ConvertOptions.of(model.onnx()).into(folder, type));
  }

  private static List<float[]> infer(Conversion ir, Zoo.Written zoo, float[] pixels) {
    try (Core core = Core.create();
        Model model = core.readModel(ir.xml());
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      request.input(0).floats().put(0, pixels);
      request.infer();
      List<float[]> heads = new ArrayList<>();
      for (int i = 0; i < zoo.heads().size(); i++) {
        assertThat(request.output(i).shape().dimensions()).isEqualTo(zoo.heads().get(i).shape());
        FloatBuffer values = request.output(zoo.heads().get(i).tensor()).floats();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        heads.add(copy);
      }
      return heads;
    }
  }

  /** Bytes of a picture of noise, the same each time. */
  private static float[] noise(Zoo.Written model) {
    Random random = new Random(7);
    float[] pixels = new float[(int) (3 * model.height() * model.width())];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextInt(256);
    }
    return pixels;
  }

  private static long convolutions(String xml) {
    return Pattern.compile("type=\"(Group)?Convolution\"").matcher(xml).results().count();
  }
}
