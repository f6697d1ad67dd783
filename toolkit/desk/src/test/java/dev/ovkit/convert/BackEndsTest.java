package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.Shared;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.python.PythonListener;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The three back ends and {@code ovkit mo}, against the native one without rewrites: all really
 * run.
 *
 * <p>The first run makes Python environments and needs the network; they stay in the root's {@code
 * target/cache}.
 */
@Tag("network")
class BackEndsTest {

  private static final double FP32_LIMIT = 1e-5;
  private static final double FP16_LIMIT = 5e-3;

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v5lite-e-coco | Conv_358,Conv_378,Conv_398 | true",
        "yolox_nano-416 | none | false",
      })
  void theSameInputsOutputsMetadataAndNumbersComeOut(String name, String outputs, boolean scaled)
      throws Exception {
    parity(Shared.model(name + ".onnx"), outputs, scaled);
  }

  @Test
  void theSeedsCommandLineDoesOnTheZoosPplcnetWhatTheNativeBackEndDoes() throws Exception {
    Zoo.Written model = Zoo.model("pplcnet-yolo", "--names legacy");
    assertThat(model.heads())
        .extracting(Zoo.Head::node)
        .containsExactly("Conv_462", "Conv_478", "Conv_494");
    parity(model.onnx(), "Conv_462,Conv_478,Conv_494", true);
  }

  private void parity(Path onnx, String outputs, boolean scaled) throws Exception {
    for (WeightPrecision type : List.of(WeightPrecision.FP16, WeightPrecision.FP32)) {
      double limit = type == WeightPrecision.FP32 ? FP32_LIMIT : FP16_LIMIT;
      ConvertOptions options =
          ConvertOptions.of(onnx).withoutRewrite().withOutputs(Outputs.parse(outputs));
      Path nativeIr = Converter.convert(options.into(temp.resolve("native"), type)).xml();
      Map<String, Path> others = new TreeMap<>();
      for (BackEnd backEnd : List.of(BackEnd.OVC, BackEnd.MO)) {
        Path folder = temp.resolve(backEnd.name());
        others.put(
            backEnd.name(),
            Converter.convert(
                    options.into(folder, type),
                    new Route(backEnd, Simplify.NEVER, PythonListener.SILENT))
                .xml());
      }
      List<String> words = new ArrayList<>(List.of("--input_model", onnx.toString()));
      words.addAll(
          List.of("--data_type", type.name(), "--output_dir", temp.resolve("words").toString()));
      if (scaled) {
        words.addAll(List.of("-s", "255", "--reverse_input_channels"));
      }
      if (!outputs.equals("none")) {
        words.addAll(List.of("--output", outputs));
      }
      others.put(
          "ovkit mo", MoConverter.convert(MoCommandLine.parse(words), PythonListener.SILENT).xml());

      List<float[]> expected = run(nativeIr);
      for (Map.Entry<String, Path> other : others.entrySet()) {
        String what = "%s %s of %s".formatted(type, other.getKey(), onnx.getFileName());
        sameContract(what, nativeIr, other.getValue());
        List<float[]> actual = run(other.getValue());
        double worst = 0;
        for (int i = 0; i < expected.size(); i++) {
          worst =
              Math.max(
                  worst, FidelityTest.relativeL2(expected.get(i), FloatBuffer.wrap(actual.get(i))));
        }
        assertThat(worst).as(what).isLessThan(limit);
      }
    }
  }

  private static void sameContract(String what, Path ours, Path theirs) {
    IrDescription expected = IrDescription.read(ours);
    IrDescription actual = IrDescription.read(theirs);
    assertThat(actual.inputs()).as(what).isEqualTo(expected.inputs());
    assertThat(actual.outputs()).as(what).isEqualTo(expected.outputs());
    assertThat(own(actual)).as(what).isEqualTo(own(expected));
    assertThat(actual.section("model_info")).as(what).isEqualTo(expected.section("model_info"));
    assertThat(DerivedSpec.of(actual, Layouts.ALL))
        .as(what)
        .isEqualTo(DerivedSpec.of(expected, Layouts.ALL));
  }

  /** Length and hash of the .bin are of each IR its own. */
  private static Map<String, String> own(IrDescription ir) {
    Map<String, String> own = new TreeMap<>(ir.section("ovkit"));
    assertThat(own.remove("bin_sha256")).isNotNull();
    assertThat(own.remove("bin_bytes")).isNotNull();
    return own;
  }

  /** Its outputs for noise, in its own order. */
  private static List<float[]> run(Path xml) {
    IrDescription ir = IrDescription.read(xml);
    try (Core core = Core.create();
        Model model = core.readModel(xml);
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      FloatBuffer input = request.input(0).floats();
      Random random = new Random(7);
      for (int i = 0; i < input.capacity(); i++) {
        input.put(i, random.nextInt(256));
      }
      request.infer();
      List<float[]> outputs = new ArrayList<>();
      for (TensorDescription output : ir.outputs()) {
        FloatBuffer values = request.output(output.name()).floats();
        float[] copy = new float[values.capacity()];
        values.get(0, copy);
        outputs.add(copy);
      }
      return outputs;
    }
  }

  @Test
  void manifestsOfModelOptimizersConversionsAreRepeatedToTheSameBytes() throws IOException {
    Path onnx = Shared.model("v5lite-e-coco.onnx");
    Conversion converted =
        Converter.convert(
            ConvertOptions.of(onnx).into(temp.resolve("convert"), WeightPrecision.FP16),
            new Route(BackEnd.MO, Simplify.NEVER, PythonListener.SILENT));
    Conversion typed =
        MoConverter.convert(
            MoCommandLine.parse(
                List.of(
                    "--input_model",
                    onnx.toString(),
                    "--output_dir",
                    temp.resolve("mo").toString(),
                    "-s",
                    "255",
                    "--reverse_input_channels",
                    "--output",
                    "Conv_358,Conv_378,Conv_398")),
            PythonListener.SILENT);
    Path renamed = Files.copy(onnx, temp.resolve("renamed.onnx"));
    for (Conversion first : List.of(converted, typed)) {
      Path again = temp.resolve("again").resolve(first.xml().getParent().getFileName());
      Repetition repetition =
          Converter.repeat(
              ConversionManifest.read(first.manifestFile()), renamed, again, PythonListener.SILENT);
      assertThat(repetition.otherFiles()).isEmpty();
      assertThat(repetition.otherVersions()).isEmpty();
      assertThat(files(again))
          .containsExactly("v5lite-e-coco.bin", "v5lite-e-coco.json", "v5lite-e-coco.xml");
      for (String file : files(again)) {
        assertThat(again.resolve(file)).hasSameBinaryContentAs(first.xml().resolveSibling(file));
      }
      assertThat(first.xml()).content().doesNotContain(temp.toString());
      assertThat(first.manifestFile()).content().doesNotContain(temp.toString());
      assertThat(first.manifest().tools()).containsEntry("mo", "2024.6.0");
    }
  }

  @Test
  void whatMoWasNotAskedToScaleTheIrLeavesToTheClient() {
    Path onnx = Shared.model("v5lite-e-coco.onnx");
    Conversion made =
        MoConverter.convert(
            MoCommandLine.parse(
                List.of(
                    "-m",
                    onnx.toString(),
                    "-o",
                    temp.toString(),
                    "-n",
                    "bare",
                    "--output",
                    "Conv_358,Conv_378,Conv_398")),
            PythonListener.SILENT);
    assertThat(made.xml()).isEqualTo(temp.resolve("bare.xml"));
    IrDescription ir = IrDescription.read(made.xml());
    assertThat(DerivedSpec.of(ir, Layouts.ALL).spec().normalization())
        .isEqualTo(Normalization.TO_UNIT);
    assertThat(ir.section("ovkit")).doesNotContainKey("scale");
  }

  @Test
  void whatIsNoWholeDetectorIsNotCalledOne() {
    Path onnx = Shared.model("v5lite-e-coco.onnx");
    Conversion made =
        MoConverter.convert(
            MoCommandLine.parse(
                List.of(
                    "--input_model",
                    onnx.toString(),
                    "--output_dir",
                    temp.toString(),
                    "--output",
                    "Conv_358",
                    "--disable_fusing")),
            PythonListener.SILENT);
    assertThat(made.detector()).isEmpty();
    assertThat(IrDescription.read(made.xml()).section("ovkit")).isEmpty();
    assertThat(made.decisions())
        .extracting(Decision::what)
        .containsExactly("--disable_fusing", "metadata");
  }

  @Test
  void aWrongOutputNameIsAnsweredWithTheHeads() throws IOException {
    Path onnx = Shared.model("v5lite-e-coco.onnx");
    assertThatThrownBy(
            () ->
                MoConverter.convert(
                    MoCommandLine.parse(
                        List.of(
                            "--input_model",
                            onnx.toString(),
                            "--output_dir",
                            temp.toString(),
                            "--output",
                            "Conv_462,Conv_478,Conv_494")),
                    PythonListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Conv_462")
        .hasMessageContaining("its heads are Conv_358 (1x255x40x40)");
    assertThat(files(temp)).isEmpty();
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
