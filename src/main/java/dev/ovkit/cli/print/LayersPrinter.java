package dev.ovkit.cli.print;

import dev.ovkit.bench.LayerTimes;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How long the layers of models take, as tables for people and as JSON for programs. */
public final class LayersPrinter {

  private static final String ROW = "  %9s %7s %9s %7s  %-28s %s%n";

  public static void print(List<LayerTimes> models, PrintWriter out) {
    for (LayerTimes model : models) {
      out.printf(
          Locale.ROOT,
          "%nlayers of %s: %.3f ms, mean of %d inferences; this machine reaches %.1f GFLOP/s%n",
          model.model(),
          model.milliseconds(),
          model.passes(),
          model.peak());
      out.printf(ROW, "ms", "share", "GFLOP/s", "of peak", "kernel", "layer");
      for (LayerTimes.Layer layer : model.layers()) {
        out.printf(
            ROW,
            String.format(Locale.ROOT, "%.3f", layer.milliseconds()),
            percent(OptionalDouble.of(layer.share())),
            layer.gflops().isPresent()
                ? String.format(Locale.ROOT, "%.1f", layer.gflops().getAsDouble())
                : "-",
            percent(model.ofPeak(layer)),
            layer.kernel(),
            "%s '%s'".formatted(layer.type(), layer.name()));
      }
    }
  }

  private static String percent(OptionalDouble share) {
    return share.isPresent()
        ? String.format(Locale.ROOT, "%.1f%%", 100 * share.getAsDouble())
        : "-";
  }

  /** Adds the layers of each model to what was measured; nothing if there are none. */
  public static void addTo(Map<String, Object> object, List<LayerTimes> models) {
    if (!models.isEmpty()) {
      object.put("layers", models.stream().map(LayersPrinter::json).toList());
    }
  }

  private static Map<String, Object> json(LayerTimes model) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", model.model());
    object.put("passes", model.passes());
    object.put("ms", rounded(OptionalDouble.of(model.milliseconds())));
    object.put("peak_gflops", rounded(OptionalDouble.of(model.peak())));
    object.put("layers", model.layers().stream().map(layer -> json(model, layer)).toList());
    return object;
  }

  private static Map<String, Object> json(LayerTimes model, LayerTimes.Layer layer) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", layer.name());
    object.put("type", layer.type());
    object.put("kernel", layer.kernel());
    object.put("ms", rounded(OptionalDouble.of(layer.milliseconds())));
    object.put("share_percent", rounded(OptionalDouble.of(100 * layer.share())));
    object.put("gflops", rounded(layer.gflops()));
    object.put("of_peak_percent", rounded(times100(model.ofPeak(layer))));
    return object;
  }

  private static OptionalDouble times100(OptionalDouble share) {
    return share.isPresent() ? OptionalDouble.of(100 * share.getAsDouble()) : share;
  }

  /** JSON has no word for what is not known. */
  private static @Nullable Double rounded(OptionalDouble value) {
    return value.isPresent() && Double.isFinite(value.getAsDouble())
        ? Math.round(value.getAsDouble() * 1e6) / 1e6
        : null;
  }

  private LayersPrinter() {}
}
