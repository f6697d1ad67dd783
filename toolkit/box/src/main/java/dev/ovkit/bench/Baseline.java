package dev.ovkit.bench;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * An earlier run, as far as a later one can be compared with it.
 *
 * @param source where it was read from, for messages
 * @param cpu its name
 * @param processors how many were allowed
 * @param mode what was measured
 * @param pictures how many it was measured on
 */
public record Baseline(
    String source, String cpu, int processors, Mode mode, int pictures, List<Model> models) {

  public Baseline {
    models = List.copyOf(models);
  }

  /**
   * A model of the earlier run.
   *
   * @param file its IR, as it was given then
   * @param medians milliseconds by stage
   */
  public record Model(
      String file,
      String precision,
      int streams,
      int threads,
      int requests,
      Map<Stage, Double> medians,
      OptionalDouble picturesPerSecond) {

    public Model {
      medians = Map.copyOf(medians);
    }
  }
}
