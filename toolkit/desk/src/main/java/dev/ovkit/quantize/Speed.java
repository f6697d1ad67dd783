package dev.ovkit.quantize;

import dev.ovkit.CompileOptions;
import dev.ovkit.bench.Statistics;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;

/**
 * How long the network alone takes on this CPU, as a first look; {@code ovkit bench} measures.
 *
 * @param before milliseconds in f32, the median of a few passes
 * @param after the same in 8 bit
 */
public record Speed(double before, double after) {

  private static final int PASSES = 15;

  /** Lets the two take turns, so that what slows the machine slows both. */
  static Speed of(Path reference, Path candidate) {
    try (Core core = Core.create();
        Model first = core.readModel(reference);
        Model second = core.readModel(candidate);
        CompiledModel a = core.compile(first, CompileOptions.defaults());
        CompiledModel b = core.compile(second, CompileOptions.defaults());
        InferRequest f32 = filled(a);
        InferRequest int8 = filled(b)) {
      double[] before = new double[PASSES];
      double[] after = new double[PASSES];
      for (int pass = -1; pass < PASSES; pass++) { // the first of all is none
        double one = milliseconds(f32);
        double other = milliseconds(int8);
        if (pass >= 0) {
          before[pass] = one;
          after[pass] = other;
        }
      }
      return new Speed(Statistics.of(before).p50(), Statistics.of(after).p50());
    }
  }

  private static InferRequest filled(CompiledModel model) {
    InferRequest request = model.createRequest();
    FloatBuffer input = request.input(0).floats();
    Random random = new Random(3);
    for (int i = 0; i < input.capacity(); i++) {
      input.put(i, random.nextInt(256));
    }
    return request;
  }

  /** Once to bring the weights back into the caches, once for the clock. */
  private static double milliseconds(InferRequest request) {
    request.infer();
    long start = System.nanoTime();
    request.infer();
    return (System.nanoTime() - start) / 1e6;
  }
}
