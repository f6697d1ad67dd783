package dev.ovkit.bench;

import dev.ovkit.CompileOptions;
import dev.ovkit.ir.LayerWork;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.ElementType;
import dev.ovkit.runtime.Execution;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Tensor;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * How long each layer of a model takes, as OpenVINO's CPU plugin counts it: one inference at a
 * time, on one stream, with the threads of the measurement.
 *
 * @param model its name
 * @param passes that were averaged
 * @param peak GFLOP/s that this machine reaches with as many threads
 * @param layers the slowest first; those that were fused into others are not there
 */
public record LayerTimes(String model, int passes, double peak, List<Layer> layers) {

  private static final int WARM_UP = 5;
  private static final int LEAST_PASSES = 20;
  private static final int MOST_PASSES = 500;
  private static final Duration TIME = Duration.ofSeconds(3);

  /**
   * A layer as the plugin runs it.
   *
   * @param name in the IR
   * @param type after the plugin's own fusions, as in {@code Convolution}
   * @param kernel what computes it
   * @param milliseconds of one inference
   * @param share of all layers' time, 0..1
   * @param gflops thousand million operations a second; empty where they are not known
   */
  public record Layer(
      String name,
      String type,
      String kernel,
      double milliseconds,
      double share,
      OptionalDouble gflops) {}

  public LayerTimes {
    layers = List.copyOf(layers);
  }

  /** Returns the time of all layers, in milliseconds. */
  public double milliseconds() {
    return layers.stream().mapToDouble(Layer::milliseconds).sum();
  }

  /** Returns the share of the peak that a layer reaches; empty where its work is not known. */
  public OptionalDouble ofPeak(Layer layer) {
    return layer.gflops().isPresent()
        ? OptionalDouble.of(layer.gflops().getAsDouble() / peak)
        : OptionalDouble.empty();
  }

  /**
   * Compiles and runs each model of a measurement once more.
   *
   * @throws dev.ovkit.ModelException if one cannot be run
   */
  public static List<LayerTimes> of(BenchOptions options) {
    Map<Path, LayerTimes> times = new LinkedHashMap<>();
    try (Core core = Core.create()) {
      for (Path ir : options.irs()) {
        times.computeIfAbsent(ir, file -> of(core, file, options.opening(file)));
      }
    }
    return List.copyOf(times.values());
  }

  private static LayerTimes of(Core core, Path ir, DetectorOptions opening) {
    CompileOptions compile = opening.compile().withStreams(1);
    // Another size than that of the file: its layers take other work.
    Map<String, Long> work = opening.input().isPresent() ? Map.of() : LayerWork.of(ir);
    double peak = PeakRate.gflops(core, compile);
    try (Model model = core.readModel(ir)) {
      opening.input().ifPresent(size -> InputPreparation.resize(model, size));
      try (CompiledModel compiled = core.compile(model, compile.withProperty("PERF_COUNT", "YES"));
          InferRequest request = compiled.createRequest()) {
        fill(request.input(0));
        List<Execution> warm = run(request, WARM_UP);
        int passes = 0;
        long end = System.nanoTime() + TIME.toNanos();
        List<Execution> all = warm;
        while (passes < LEAST_PASSES || (passes < MOST_PASSES && System.nanoTime() < end)) {
          all = run(request, LEAST_PASSES);
          passes += LEAST_PASSES;
        }
        return new LayerTimes(ir.toString(), passes, peak, layers(warm, all, passes, work));
      }
    }
  }

  private static List<Execution> run(InferRequest request, int passes) {
    for (int i = 0; i < passes; i++) {
      request.infer();
    }
    return request.executions();
  }

  /** Numbers of a picture without any pattern: zeros could be quicker. */
  private static void fill(Tensor input) {
    Random random = new Random(1);
    if (input.type() == ElementType.F32) {
      for (int i = 0; i < input.floats().capacity(); i++) {
        input.floats().put(i, random.nextInt(256));
      }
    } else {
      for (int i = 0; i < input.bytes().capacity(); i++) {
        input.bytes().put(i, (byte) random.nextInt(64));
      }
    }
  }

  /** The plugin averages over all passes; the first ones are taken out again. */
  private static List<Layer> layers(
      List<Execution> warm, List<Execution> all, int passes, Map<String, Long> work) {
    double[] micros = new double[all.size()];
    double total = 0;
    for (int i = 0; i < micros.length; i++) {
      double sum =
          (double) all.get(i).microseconds() * (passes + WARM_UP)
              - (double) warm.get(i).microseconds() * WARM_UP;
      micros[i] = Math.max(0, sum / passes);
      total += micros[i];
    }
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < micros.length; i++) {
      Execution one = all.get(i);
      if (micros[i] > 0) {
        @Nullable Long operations = work.get(one.layer());
        layers.add(
            new Layer(
                one.layer(),
                one.type(),
                one.kernel(),
                micros[i] / 1e3,
                micros[i] / total,
                operations == null
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(operations / micros[i] / 1e3)));
      }
    }
    layers.sort(Comparator.comparingDouble(Layer::milliseconds).reversed());
    return layers;
  }
}
