package dev.ovkit.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.OptionException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferenceTest {

  private static final int AREA = ToyIr.SIDE * ToyIr.SIDE;

  @TempDir private Path temp;

  @Test
  void portsSayNameShapeAndType() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp))) {
      assertThat(model.inputs()).hasSize(1);
      assertThat(model.inputs().get(0).shape()).hasToString("1x3x64x64");
      assertThat(model.inputs().get(0).type()).isEqualTo(ElementType.F32);
      assertThat(model.outputs().get(0).name()).isIn("features", "Conv_0");
    }
  }

  @Test
  void aTensorIsFoundByAnyOfItsNames() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      assertThat(request.output("features")).isSameAs(request.output(0));
      assertThat(request.output("Conv_0")).isSameAs(request.output(0));
      assertThat(request.input("picture")).isSameAs(request.input(0));
      assertThatThrownBy(() -> request.output("Conv_1"))
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("the model has no tensor 'Conv_1' there; it has [");
      assertThatThrownBy(() -> request.output("image")).isInstanceOf(ModelException.class);
    }
  }

  @Test
  void anInferenceAllocatesNothing() throws Exception {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      // Classes are loaded and methods compiled in the first rounds; what an inference allocates
      // would be there in every one.
      long allocated = 1;
      for (int round = 0; round < 20 && allocated > 0; round++) {
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 200; i++) {
          request.input(0).floats().put(i, i);
          request.infer();
          request.start();
          request.await();
          request.output(0).floats().get(i);
        }
        allocated = threads.getThreadAllocatedBytes(thread) - before;
      }
      assertThat(allocated).isZero();
    }
  }

  @Test
  void theOutputIsTheConvolutionOfTheInput() throws Exception {
    Path xml = ToyIr.write(temp);
    try (Core core = Core.create();
        Model model = core.readModel(xml);
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      fill(request.input(0).floats(), 1);
      request.infer();

      FloatBuffer in = request.input(0).floats();
      FloatBuffer out = request.output(0).floats();
      float[] weights = weights(xml);
      for (int[] at : new int[][] {{0, 5, 9}, {3, 63, 0}, {7, 31, 32}}) {
        double expected = 0;
        for (int c = 0; c < 3; c++) {
          for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
              int y = at[1] + dy;
              int x = at[2] + dx;
              if (y >= 0 && y < ToyIr.SIDE && x >= 0 && x < ToyIr.SIDE) {
                expected +=
                    weights[((at[0] * 3 + c) * 3 + dy + 1) * 3 + dx + 1]
                        * in.get(c * AREA + y * ToyIr.SIDE + x);
              }
            }
          }
        }
        assertThat((double) out.get(at[0] * AREA + at[1] * ToyIr.SIDE + at[2]))
            .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-3 * 255));
      }
    }
  }

  @Test
  void bytesInNhwcWithReversalMeanAndScaleEqualFloatsPreparedByHand() throws Exception {
    Path xml = ToyIr.write(temp);
    InputSteps steps =
        new InputSteps(ElementType.U8, true, true, List.of(10f, 20f, 30f), List.of(2f, 4f, 8f));
    float[] mean = {10, 20, 30};
    float[] scale = {2, 4, 8};
    byte[] picture = new byte[3 * AREA];
    new Random(3).nextBytes(picture);
    try (Core core = Core.create();
        Model plain = core.readModel(xml);
        Model prepared = core.readModel(xml)) {
      prepared.prepare(steps);
      assertThat(prepared.inputs().get(0).shape()).isEqualTo(Shape.of(1, 64, 64, 3));
      try (CompiledModel a = core.compile(plain, CompileOptions.defaults());
          CompiledModel b = core.compile(prepared, CompileOptions.defaults());
          InferRequest byHand = a.createRequest();
          InferRequest inModel = b.createRequest()) {
        for (int c = 0; c < 3; c++) {
          for (int i = 0; i < AREA; i++) {
            int value = picture[i * 3 + 2 - c] & 0xff; // reversed first, then mean and scale
            byHand.input(0).floats().put(c * AREA + i, (value - mean[c]) / scale[c]);
          }
        }
        inModel.input(0).bytes().put(0, picture);
        byHand.infer();
        inModel.infer();

        assertThat(distance(byHand.output(0), inModel.output(0))).isLessThan(1e-5);
      }
    }
  }

  @Test
  void startAndAwaitGiveWhatInferGives() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest one = compiled.createRequest();
        InferRequest two = compiled.createRequest()) {
      fill(one.input(0).floats(), 5);
      fill(two.input(0).floats(), 5);
      one.infer();
      two.start();
      assertThatThrownBy(two::infer).hasMessageContaining("in use by another call");
      two.await();

      assertThat(distance(one.output(0), two.output(0))).isZero();
      assertThatThrownBy(two::await).hasMessageContaining("no inference was started");
    }
  }

  @Test
  void whatWasAskedOfTheCompilerIsInForce() throws Exception {
    Path cache = temp.resolve("cache");
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled =
            core.compile(
                model,
                CompileOptions.defaults()
                    .withHint(CompileOptions.Hint.THROUGHPUT)
                    .withStreams(2)
                    .withThreads(2)
                    .withCacheDirectory(cache)
                    .withProperty("ENABLE_CPU_PINNING", "NO"))) {
      assertThat(compiled.property("NUM_STREAMS")).isEqualTo("2");
      assertThat(compiled.property("INFERENCE_NUM_THREADS")).isEqualTo("2");
      assertThat(compiled.property("INFERENCE_PRECISION_HINT")).isEqualTo("f32");
      assertThat(compiled.property("ENABLE_CPU_PINNING")).isEqualTo("NO");
      assertThat(cache).isNotEmptyDirectory();
    }
  }

  @Test
  void aModelCanBeReshapedBeforeItIsCompiled() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp))) {
      model.reshape(Shape.of(1, 3, 32, 96));

      assertThat(model.outputs().get(0).shape()).isEqualTo(Shape.of(1, 8, 32, 96));
    }
  }

  @Test
  void refusalsCarryOpenVinosOwnWords() throws Exception {
    Path text = Files.writeString(temp.resolve("text.xml"), "not a model");
    try (Core core = Core.create()) {
      assertThatThrownBy(() -> core.readModel(text))
          .isInstanceOf(NativeCallException.class)
          .hasMessageStartingWith("cannot read " + text + ": ")
          .hasMessageNotContaining("\n");
      try (Model model = core.readModel(ToyIr.write(temp))) {
        assertThatThrownBy(
                () ->
                    core.compile(model, CompileOptions.defaults().withProperty("NO_SUCH_KEY", "1")))
            .isInstanceOf(NativeCallException.class)
            .hasMessageContaining("NO_SUCH_KEY");
      }
    }
  }

  @Test
  void aCountThatIsNotPositiveIsRefused() {
    assertThatThrownBy(() -> CompileOptions.defaults().withThreads(0))
        .isInstanceOf(OptionException.class)
        .hasMessage("threads: 0, expected 1 or more");
  }

  @Test
  void theCpuIsThere() {
    try (Core core = Core.create()) {
      assertThat(core.devices()).contains("CPU");
      assertThat(core.property("CPU", "FULL_DEVICE_NAME")).isNotBlank();
    }
  }

  static void fill(FloatBuffer floats, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < floats.capacity(); i++) {
      floats.put(i, random.nextFloat() * 255);
    }
  }

  private static double distance(Tensor a, Tensor b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.floats().capacity(); i++) {
      difference += Math.pow(a.floats().get(i) - b.floats().get(i), 2);
      norm += Math.pow(a.floats().get(i), 2);
    }
    return Math.sqrt(difference / norm);
  }

  private static float[] weights(Path xml) throws Exception {
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(xml.resolveSibling("toy.bin")))
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }
}
