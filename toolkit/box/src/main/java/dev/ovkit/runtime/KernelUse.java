package dev.ovkit.runtime;

import dev.ovkit.CompileOptions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which instruction sets compute a model, as the CPU plugin reports its kernels. */
public final class KernelUse {

  /** As in {@code brgconv_avx512_1x1_f32} and {@code jit_avx2_dw_f32}: how, and with what. */
  private static final Pattern KERNEL =
      Pattern.compile("((?:[a-z]+_)+(?:sse\\d+|avx512|avx2|avx)(?:_core|_vnni|_amx)*)(?:_.*)?");

  /** Compiles a model, runs it once, and returns the kernel of each layer. */
  public static List<String> names(Core core, Model model, CompileOptions options) {
    try (CompiledModel compiled = core.compile(model, options.withProperty("PERF_COUNT", "YES"));
        InferRequest request = compiled.createRequest()) {
      request.infer();
      return request.executions().stream().map(Execution::kernel).toList();
    }
  }

  /**
   * Counts layers by how they are computed and with what, as in {@code brgconv_avx512}, the most
   * frequent first. Layers whose kernel names no instruction set are left out.
   */
  public static Map<String, Integer> count(List<String> names) {
    Map<String, Integer> byName = new TreeMap<>();
    for (String name : names) {
      Matcher kernel = KERNEL.matcher(name);
      if (kernel.matches()) {
        byName.merge(kernel.group(1), 1, Integer::sum);
      }
    }
    Map<String, Integer> counts = new LinkedHashMap<>();
    byName.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(one -> counts.put(one.getKey(), one.getValue()));
    return counts;
  }

  private KernelUse() {}
}
