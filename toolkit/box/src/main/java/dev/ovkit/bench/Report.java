package dev.ovkit.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of a {@link Benchmark}.
 *
 * @param mode what was measured
 * @param seedProtocol whether by the seed's protocol
 * @param pictures the files that passes were made over; {@link Samples} counts them from 0
 * @param unreadable the files that were left out
 * @param models in the order given
 * @param comparisons of each further model with the first
 * @param control the first model against itself, where there was a comparison to control
 * @param environment the machine
 * @param disturbance what else the machine did
 * @param complete whether it ended by itself; what was measured until it was stopped is valid
 */
public record Report(
    Mode mode,
    boolean seedProtocol,
    List<Path> pictures,
    List<Unreadable> unreadable,
    List<ModelResult> models,
    List<Comparison> comparisons,
    Optional<Comparison> control,
    Environment environment,
    Disturbance disturbance,
    boolean complete) {

  public Report {
    pictures = List.copyOf(pictures);
    unreadable = List.copyOf(unreadable);
    models = List.copyOf(models);
    comparisons = List.copyOf(comparisons);
  }

  /**
   * Whether ratios of this run mean anything: a model against itself must come out between 0.98 and
   * 1.02.
   */
  public boolean controlHolds() {
    return control.map(c -> c.ratio().median() >= 0.98 && c.ratio().median() <= 1.02).orElse(true);
  }

  /**
   * A picture that was left out.
   *
   * @param reason a line for the user, with the file in it
   */
  public record Unreadable(Path file, String reason) {}

  /**
   * The time of one model over that of another.
   *
   * @param than the other
   * @param stage what was compared; in {@link Mode#THROUGHPUT} the time a picture, all requests
   *     together
   */
  public record Comparison(String model, String than, Stage stage, Ratio ratio) {}
}
