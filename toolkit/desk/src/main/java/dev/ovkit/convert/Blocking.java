package dev.ovkit.convert;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.bench.Ratio;
import dev.ovkit.machine.Cpu;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Execution;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Marks an IR's convolutions so that they take blocked kernels: {@link Kernels}.
 *
 * <p>The plugin reads the attribute {@code primitives_priority} from a layer's {@code rt_info}. A
 * layer that cannot follow falls to {@code jit_gemm}, and the model takes twice as long; so a
 * variant with a layer of that kernel, which the plugin's own choice lacks, is out.
 */
final class Blocking {

  /** What was chosen, and why. */
  record Choice(Kernels kernels, Decision decision) {}

  private static final int LEAST_ROUNDS = 20;
  private static final int MOST_ROUNDS = 400;
  private static final Duration TIME = Duration.ofSeconds(12);

  private static final Pattern CONVOLUTION =
      Pattern.compile(
          "<layer [^>]*\\btype=\"(Group)?Convolution\"[^>]*>.*?</layer>", Pattern.DOTALL);
  private static final Pattern WEIGHTS =
      Pattern.compile("<port id=\"1\"[^>]*>(.*?)</port>", Pattern.DOTALL);
  private static final Pattern OUTPUT =
      Pattern.compile("<output>\\s*<port [^>]*>(.*?)</port>", Pattern.DOTALL);
  private static final Pattern DIMENSION = Pattern.compile("<dim>(\\d+)</dim>");

  /**
   * Refuses a CPU for which blocked kernels are not.
   *
   * @param environment the process's own
   */
  static void require(Cpu cpu, Map<String, String> environment) {
    if (cpu.usesAvx512(environment)) {
      throw new OptionException(
          "blocked kernels are for CPUs with AVX2 and without AVX-512, but '%s' has AVX-512; convert without --target-cpu, or on the machine that will run the model, or set ONEDNN_MAX_CPU_ISA=AVX2 to measure as on such a CPU"
              .formatted(cpu.name()));
    }
  }

  // ---- the IR

  /** Rewrites an .xml that OpenVINO has saved. */
  static void apply(Path xml, Kernels kernels) throws IOException {
    Files.writeString(xml, marked(Files.readString(xml), kernels));
  }

  /**
   * Returns the IR with its convolutions marked.
   *
   * @throws ModelException if there is none to mark
   */
  static String marked(String xml, Kernels kernels) {
    Matcher layers = CONVOLUTION.matcher(xml);
    StringBuilder marked = new StringBuilder();
    int count = 0;
    while (layers.find()) {
      String layer = layers.group();
      String kernel = kernel(layer, layers.group(1) != null);
      if (kernels == Kernels.BLOCKED_ALL ? !ofOneCell(layer) : kernel.equals("jit_avx2_1x1")) {
        layer = marked(layer, kernel);
        count++;
      }
      layers.appendReplacement(marked, Matcher.quoteReplacement(layer));
    }
    if (count == 0) {
      throw new ModelException("the IR has no convolution that a blocked kernel could compute");
    }
    return layers.appendTail(marked).toString();
  }

  /** Weights are [out, in, height, width], those of groups [groups, out, in, height, width]. */
  private static String kernel(String layer, boolean grouped) {
    List<Integer> weights = new ArrayList<>();
    Matcher port = WEIGHTS.matcher(layer);
    Matcher dimensions = DIMENSION.matcher(port.find() ? port.group(1) : "");
    while (dimensions.find()) {
      weights.add(Integer.valueOf(dimensions.group(1)));
    }
    if (weights.size() != (grouped ? 5 : 4)) {
      return "jit_avx2";
    }
    if (grouped) {
      return weights.get(1) == 1 && weights.get(2) == 1 ? "jit_avx2_dw" : "jit_avx2";
    }
    return weights.get(2) == 1 && weights.get(3) == 1 ? "jit_avx2_1x1" : "jit_avx2";
  }

  /**
   * Whether a layer gives a single cell, as those of a squeeze-and-excitation do: their input comes
   * from a pooling that leaves it unblocked, and they would fall to jit_gemm.
   */
  private static boolean ofOneCell(String layer) {
    Matcher port = OUTPUT.matcher(layer);
    Matcher dimensions = DIMENSION.matcher(port.find() ? port.group(1) : "");
    List<String> output = dimensions.results().map(dimension -> dimension.group(1)).toList();
    return output.size() == 4 && output.get(2).equals("1") && output.get(3).equals("1");
  }

  private static String marked(String layer, String kernel) {
    String attribute =
        "\n\t\t\t\t<attribute name=\"primitives_priority\" version=\"0\" value=\"cpu:%s\" />"
            .formatted(kernel);
    int info = layer.indexOf("<rt_info>");
    if (info >= 0) {
      int behind = info + "<rt_info>".length();
      return layer.substring(0, behind) + attribute + layer.substring(behind);
    }
    int input = layer.indexOf("<input>");
    return layer.substring(0, input)
        + "<rt_info>"
        + attribute
        + "\n\t\t\t</rt_info>\n\t\t\t"
        + layer.substring(input);
  }

  // ---- the choice

  /**
   * Measures an IR with and without blocked kernels, in turn.
   *
   * @param work an empty folder
   */
  static Choice choose(Path xml, Path work) throws IOException {
    require(Cpu.here(), System.getenv());
    List<CompiledVariant> variants = new ArrayList<>();
    Map<Kernels, String> out = new EnumMap<>(Kernels.class);
    try (Core core = Core.create()) {
      Set<String> own = gemms(core, xml);
      variants.add(CompiledVariant.open(core, Kernels.OWN_CHOICE, xml));
      for (Kernels kernels : List.of(Kernels.BLOCKED_ALL, Kernels.BLOCKED_1X1)) {
        Path variant = work.resolve(kernels + ".xml");
        Files.writeString(variant, marked(Files.readString(xml), kernels));
        Files.createSymbolicLink(
            work.resolve(kernels + ".bin"), SealedIr.bin(xml).toAbsolutePath());
        Set<String> fallen = gemms(core, variant);
        fallen.removeAll(own);
        if (fallen.isEmpty()) {
          variants.add(CompiledVariant.open(core, kernels, variant));
        } else {
          out.put(kernels, fallen(fallen));
        }
      }
      race(variants);
      return choice(variants, out);
    } finally {
      variants.forEach(CompiledVariant::close);
    }
  }

  private static String fallen(Set<String> layers) {
    String first = layers.iterator().next();
    return "left out, for layer '%s'%s would be computed by jit_gemm"
        .formatted(first, layers.size() > 1 ? " and %d more".formatted(layers.size() - 1) : "");
  }

  /** The layers that the plugin computes as a general matrix product. */
  private static Set<String> gemms(Core core, Path xml) {
    CompileOptions counting = CompileOptions.defaults().withProperty("PERF_COUNT", "YES");
    try (Model model = core.readModel(xml);
        CompiledModel compiled = core.compile(model, counting);
        InferRequest request = compiled.createRequest()) {
      request.infer();
      return request.executions().stream()
          .filter(execution -> execution.kernel().contains("jit_gemm"))
          .map(Execution::layer)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Each is first as often as the others. */
  private static void race(List<CompiledVariant> variants) {
    long end = System.nanoTime() + TIME.toNanos();
    for (CompiledVariant variant : variants) {
      variant.warmUp();
    }
    for (int round = 0;
        round < LEAST_ROUNDS || (round < MOST_ROUNDS && System.nanoTime() < end);
        round++) {
      for (int i = 0; i < variants.size(); i++) {
        variants.get((i + round) % variants.size()).pass(round);
      }
    }
  }

  private static Choice choice(List<CompiledVariant> variants, Map<Kernels, String> out) {
    Kernels best = Kernels.OWN_CHOICE;
    double fastest = 1;
    for (CompiledVariant variant : variants.subList(1, variants.size())) {
      Ratio ratio = Ratio.of(variant.times(), variants.get(0).times());
      out.put(variant.kernels, text(ratio));
      if (ratio.high() < 1 && ratio.median() < fastest) {
        fastest = ratio.median();
        best = variant.kernels;
      }
    }
    String measured =
        out.entrySet().stream()
            .map(entry -> words(entry.getKey()) + ": " + entry.getValue())
            .collect(Collectors.joining("; "));
    return new Choice(
        best, Decision.of(Decision.Kind.KERNELS, words(best), Reason.KERNELS_MEASURED, measured));
  }

  private static String words(Kernels kernels) {
    return switch (kernels) {
      case BLOCKED_ALL -> "blocked in all convolutions";
      case BLOCKED_1X1 -> "blocked in 1x1 convolutions";
      default -> "OpenVINO's own choice";
    };
  }

  private static String text(Ratio ratio) {
    return String.format(
        Locale.ROOT, "%.3f (%.3f-%.3f)", ratio.median(), ratio.low(), ratio.high());
  }

  /** A compiled variant and its times. */
  private static final class CompiledVariant {
    private final Kernels kernels;
    private final CompiledModel compiled;
    private final InferRequest request;
    private final double[] times = new double[MOST_ROUNDS];
    private int rounds;

    private CompiledVariant(Kernels kernels, CompiledModel compiled) {
      this.kernels = kernels;
      this.compiled = compiled;
      this.request = compiled.createRequest();
    }

    static CompiledVariant open(Core core, Kernels kernels, Path xml) {
      try (Model model = core.readModel(xml)) {
        CompiledVariant variant =
            new CompiledVariant(kernels, core.compile(model, CompileOptions.defaults()));
        FloatBuffer input = variant.request.input(0).floats().duplicate();
        Random random = new Random(1);
        while (input.hasRemaining()) {
          input.put(random.nextFloat());
        }
        return variant;
      }
    }

    void warmUp() {
      for (int i = 0; i < 3; i++) {
        request.infer();
      }
    }

    void pass(int round) {
      long start = System.nanoTime();
      request.infer();
      times[round] = (System.nanoTime() - start) / 1e6;
      rounds = round + 1;
    }

    double[] times() {
      return Arrays.copyOf(times, rounds);
    }

    void close() {
      request.close();
      compiled.close();
    }
  }

  private Blocking() {}
}
