package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.machine.Cpu;
import dev.ovkit.python.PythonListener;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Execution;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which kernels an IR asks for, that they are taken, and that they compute the same. */
@Tag("network")
class BlockingTest {

  private static final Cpu SERVER = new Cpu("a server's", List.of("avx2", "avx512f"));

  @TempDir private Path temp;

  /** A narrow PPLcnet-yolo: 1x1, 3x3, 5x5 and depthwise convolutions. */
  private Path convert(Kernels kernels) throws Exception {
    Path onnx = Zoo.model("pplcnet-yolo", "--width 0.5 --size 64").onnx();
    ConvertOptions options =
        ConvertOptions.of(onnx).into(temp.resolve(kernels.name()), WeightPrecision.FP16);
    Conversion made = Converter.convert(options, Route.NATIVE, kernels);
    return made.xml();
  }

  private static int count(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    int count = 0;
    while (matcher.find()) {
      count++;
    }
    return count;
  }

  private record Answer(List<float[]> outputs, List<Execution> executions) {}

  private static Answer run(Path xml) {
    CompileOptions counting = CompileOptions.defaults().withProperty("PERF_COUNT", "YES");
    try (Core core = Core.create();
        Model model = core.readModel(xml);
        CompiledModel compiled = core.compile(model, counting);
        InferRequest request = compiled.createRequest()) {
      FloatBuffer input = request.input(0).floats().duplicate();
      Random random = new Random(7);
      while (input.hasRemaining()) {
        input.put(255 * random.nextFloat());
      }
      request.infer();
      List<float[]> outputs = new ArrayList<>();
      for (int i = 0; i < compiled.outputs().size(); i++) {
        FloatBuffer output = request.output(i).floats().duplicate();
        float[] values = new float[output.remaining()];
        output.get(values);
        outputs.add(values);
      }
      return new Answer(outputs, request.executions());
    }
  }

  private static double distance(List<float[]> a, List<float[]> b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; j < a.get(i).length; j++) {
        difference += Math.pow(a.get(i)[j] - b.get(i)[j], 2);
        norm += Math.pow(a.get(i)[j], 2);
      }
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void everyConvolutionOfMoreThanACellIsMarkedByItsKindAndComputesTheSame() throws Exception {
    Path plain = convert(Kernels.OWN_CHOICE);
    Path blocked = convert(Kernels.BLOCKED_ALL);
    Map<String, Integer> operations = IrDescription.read(blocked).operations();
    int convolutions = operations.get("Convolution") + operations.get("GroupConvolution");
    String xml = Files.readString(blocked);
    int squeezes = count(xml, "name=\"[^\"]*/se/conv[^\"]*\" type=\"Convolution\"");
    assertThat(squeezes).isPositive();
    assertThat(count(xml, "primitives_priority")).isEqualTo(convolutions - squeezes);
    assertThat(count(xml, "\"cpu:jit_avx2_dw\"")).isEqualTo(operations.get("GroupConvolution"));
    assertThat(count(Files.readString(plain), "primitives_priority")).isZero();
    Answer before = run(plain);
    Answer after = run(blocked);
    // On AVX-512 the plugin makes its own of the same priority; there they are never written.
    String isa = Cpu.here().usesAvx512(System.getenv()) ? "avx512" : "avx2";
    assertThat(after.executions())
        .extracting(Execution::kernel)
        .contains("jit_" + isa + "_1x1_f32", "jit_" + isa + "_dw_f32");
    assertThat(distance(before.outputs(), after.outputs())).isBetween(0.0, 1e-4);
  }

  @Test
  void the1x1AloneLeavesTheOthers() throws Exception {
    String xml = Files.readString(convert(Kernels.BLOCKED_1X1));
    assertThat(count(xml, "\"cpu:jit_avx2_1x1\"")).isPositive();
    assertThat(count(xml, "primitives_priority")).isEqualTo(count(xml, "\"cpu:jit_avx2_1x1\""));
  }

  @Test
  void theManifestRepeatsThemToTheSameBytes() throws Exception {
    Path blocked = convert(Kernels.BLOCKED_ALL);
    Path json = blocked.resolveSibling("pplcnet-yolo.json");
    ConversionManifest manifest = ConversionManifest.read(json);
    assertThat(manifest.recipe())
        .isInstanceOfSatisfying(
            ConversionManifest.Converted.class,
            recipe -> assertThat(recipe.kernels()).isEqualTo(Kernels.BLOCKED_ALL));
    Repetition again =
        Converter.repeat(
            manifest,
            Zoo.model("pplcnet-yolo", "--width 0.5 --size 64").onnx(),
            temp.resolve("again"),
            PythonListener.SILENT);
    assertThat(again.otherFiles()).isEmpty();
    assertThat(Files.mismatch(blocked, again.conversion().xml())).isEqualTo(-1);
  }

  @Test
  void aCpuWithAvx512IsRefusedUnlessOneDnnIsHeldToAvx2() {
    assertThatThrownBy(() -> Blocking.require(SERVER, Map.of()))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "blocked kernels are for CPUs with AVX2 and without AVX-512, but 'a server's' has"
                + " AVX-512; convert without --target-cpu, or on the machine that will run the"
                + " model, or set ONEDNN_MAX_CPU_ISA=AVX2 to measure as on such a CPU");
    Blocking.require(SERVER, Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));
    Blocking.require(new Cpu("a box's", List.of("avx2")), Map.of());
  }

  @Test
  void anAttributeJoinsThoseThatALayerHas() throws IOException {
    String layer =
        """
        <layer id="2" name="c" type="Convolution" version="opset1">
        <data strides="1, 1" />
        <rt_info>
        <attribute name="preprocessing" version="0" />
        </rt_info>
        <input><port id="0"><dim>1</dim></port><port id="1"><dim>8</dim><dim>3</dim><dim>3</dim><dim>3</dim></port></input>
        </layer>\
        """;
    String marked = Blocking.marked(layer, Kernels.BLOCKED_ALL);
    assertThat(count(marked, "<rt_info>")).isEqualTo(1);
    assertThat(marked).contains("\"cpu:jit_avx2\"", "\"preprocessing\"");
  }
}
