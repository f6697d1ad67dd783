package dev.ovkit.bench;

import dev.ovkit.OptionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Compares a run with an earlier one of the same model, settings and machine.
 *
 * @param baseline the earlier run
 * @param maxSlowdown the largest allowed ratio of a median time to the earlier one, such as 1.05
 */
public record RegressionGate(Baseline baseline, double maxSlowdown) {

  public RegressionGate {
    if (!(maxSlowdown > 0) || Double.isInfinite(maxSlowdown)) {
      throw new OptionException(
          "largest slowdown: %s, expected a number such as 1.05".formatted(maxSlowdown));
    }
  }

  /**
   * Checks, before anything is measured, that the two runs can be compared.
   *
   * @throws OptionException with the reason, if not
   */
  public void require(Benchmark benchmark) {
    same("the CPU", baseline.cpu(), benchmark.environment().cpu());
    same(
        "the number of processors allowed",
        baseline.processors(),
        benchmark.environment().processors());
    same("what is measured", words(baseline.mode()), words(benchmark.options().mode()));
    same("the number of pictures", baseline.pictures(), benchmark.pictures().size());
    for (int i = 0; i < benchmark.settings().size(); i++) {
      String file = benchmark.options().irs().get(i).toString();
      Baseline.Model then = model(file);
      Settings now = benchmark.settings().get(i);
      same("precision of " + file, then.precision(), now.precision());
      same("streams of " + file, then.streams(), now.streams());
      same("threads of " + file, then.threads(), now.threads());
      same("infer requests of " + file, then.requests(), now.requests());
    }
  }

  private static String words(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void same(String what, Object then, Object now) {
    if (!Objects.equals(then, now)) {
      throw new OptionException(
          "%s does not fit this measurement: %s: %s then, %s now; measure the baseline the same way"
              .formatted(baseline.source(), what, then, now));
    }
  }

  /** The same file, else the only one of the same name. */
  private Baseline.Model model(String file) {
    List<Baseline.Model> found =
        baseline.models().stream().filter(model -> model.file().equals(file)).toList();
    if (found.isEmpty()) {
      found =
          baseline.models().stream()
              .filter(model -> name(model.file()).equals(name(file)))
              .toList();
    }
    if (found.size() != 1) {
      throw new OptionException(
          "%s does not fit this measurement: it has %s %s, only %s; measure a baseline of this model"
              .formatted(
                  baseline.source(),
                  found.isEmpty() ? "no" : "more than one",
                  name(file),
                  baseline.models().stream().map(Baseline.Model::file).toList()));
    }
    return found.get(0);
  }

  private static String name(String file) {
    return String.valueOf(Path.of(file).getFileName());
  }

  /** Compares what was measured: medians, or in {@link Mode#THROUGHPUT} the time a picture. */
  public List<Verdict> judge(Report report) {
    List<Verdict> verdicts = new ArrayList<>();
    for (ModelResult now : report.models()) {
      Baseline.Model then = model(now.model());
      if (report.mode() == Mode.THROUGHPUT) {
        now.throughput()
            .ifPresent(
                rate ->
                    verdicts.add(
                        verdict(
                            now.model(),
                            "time a picture",
                            1000 / then.picturesPerSecond().orElse(Double.NaN),
                            1000 / rate.mean())));
        continue;
      }
      for (Stage stage : report.mode().main()) {
        now.statistics(stage)
            .ifPresent(
                times ->
                    verdicts.add(
                        verdict(
                            now.model(),
                            stage.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            then.medians().getOrDefault(stage, Double.NaN),
                            times.p50())));
      }
    }
    return verdicts;
  }

  private Verdict verdict(String model, String what, double then, double now) {
    return new Verdict(model, what, then, now, now / then, now / then <= maxSlowdown);
  }

  /**
   * The verdict on one time.
   *
   * @param then milliseconds
   * @param now milliseconds
   * @param ratio now over then; above 1 is slower
   * @param holds whether the ratio is allowed
   */
  public record Verdict(
      String model, String what, double then, double now, double ratio, boolean holds) {}
}
