package dev.ovkit.bench;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.KernelUse;
import dev.ovkit.runtime.Model;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** How many layers of a model each kernel of OpenVINO's CPU plugin computes. */
public final class KernelCounts {

  private KernelCounts() {}

  /**
   * Returns which kernels compute each model, by its name: how many layers each of them has, the
   * most frequent first. Each model is compiled and run once for it. Nothing is known of a model
   * that does not run by itself.
   */
  public static Map<String, Map<String, Integer>> of(BenchOptions options) {
    Map<String, Map<String, Integer>> kernels = new LinkedHashMap<>();
    try (Core core = Core.create()) {
      for (Path ir : options.irs()) {
        kernels.computeIfAbsent(ir.toString(), name -> count(core, ir, options.opening(ir)));
      }
    }
    return kernels;
  }

  private static Map<String, Integer> count(Core core, Path ir, DetectorOptions opening) {
    try (Model model = core.readModel(ir)) {
      opening.input().ifPresent(size -> InputPreparation.resize(model, size));
      return KernelUse.count(KernelUse.names(core, model, opening.compile()));
    } catch (ModelException | NativeCallException e) {
      return Map.of();
    }
  }
}
