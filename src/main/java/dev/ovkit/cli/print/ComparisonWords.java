package dev.ovkit.cli.print;

import dev.ovkit.OvkitException;
import dev.ovkit.bench.ModelResult;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Report;
import dev.ovkit.bench.Settings;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a measurement shows and what it does not, in words. */
public final class ComparisonWords {

  /** Returns the verdict of a comparison, no more than its interval allows. */
  public static String verdict(Report report, Report.Comparison comparison) {
    boolean stable =
        report.models().stream()
            .allMatch(model -> model.warmUp().stable() || model.warmUp().passes() == 0);
    OptionalDouble p50 = p50(report, comparison.model(), comparison);
    OptionalDouble than = p50(report, comparison.than(), comparison);
    OptionalDouble quotient =
        p50.isPresent() && than.isPresent()
            ? OptionalDouble.of(p50.getAsDouble() / than.getAsDouble())
            : OptionalDouble.empty();
    return verdict(comparison.ratio(), report.controlHolds(), stable, quotient);
  }

  /**
   * The same of its parts.
   *
   * @param control whether the first model came out as fast as itself
   * @param stable whether all times were stable before they counted
   * @param p50 the quotient of the medians of all passes, which may say otherwise than the ratio
   */
  static String verdict(Ratio ratio, boolean control, boolean stable, OptionalDouble p50) {
    if (!control) {
      return "no difference is shown, because the control differs by more than 2 %";
    }
    if (ratio.low() <= 1 && ratio.high() >= 1) {
      return "no difference is shown";
    }
    String verdict = ratio.high() < 1 ? "faster" : "slower";
    if (!stable) {
      return verdict + " in this run, whose times were not stable: measure again";
    }
    boolean same = p50.isEmpty() || p50.getAsDouble() > 1 == ratio.low() > 1;
    return same
        ? verdict
        : String.format(
            Locale.ROOT,
            "%s, although the ratio of the two p50 is %.3f: a p50 mixes fast and slow rounds, but the ratio is computed within each round",
            verdict,
            p50.getAsDouble());
  }

  private static OptionalDouble p50(Report report, String model, Report.Comparison comparison) {
    return report.models().stream()
        .filter(result -> result.model().equals(model))
        .flatMap(result -> result.statistics(comparison.stage()).stream())
        .mapToDouble(times -> times.p50())
        .findFirst();
  }

  /** Returns the arithmetic of a model; OpenVINO calls that of an INT8 model f32 as well. */
  public static String precision(ModelResult model) {
    return precision(Path.of(model.model()), model.settings());
  }

  static String precision(Path ir, Settings settings) {
    return weights(ir).filter(WeightPrecision.INT8::equals).isPresent()
        ? "INT8, the rest " + settings.precision()
        : settings.precision();
  }

  private static Optional<WeightPrecision> weights(Path ir) {
    try {
      return Optional.of(WeightPrecision.of(IrDescription.read(ir)));
    } catch (OvkitException e) {
      return Optional.empty(); // it was measured, so it is gone since
    }
  }

  /** Returns which instruction sets OpenVINO's kernels may use in this process. */
  public static String instructionSets() {
    String most = System.getenv("ONEDNN_MAX_CPU_ISA");
    return most == null || most.isBlank()
        ? "not limited"
        : "limited by ONEDNN_MAX_CPU_ISA=" + most + ", which limits only OpenVINO";
  }

  private ComparisonWords() {}
}
