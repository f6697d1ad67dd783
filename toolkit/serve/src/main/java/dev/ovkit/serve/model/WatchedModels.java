package dev.ovkit.serve.model;

import dev.ovkit.OptionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The models of some paths, and how a server follows what becomes of them while it runs.
 *
 * @param places where the models are
 * @param opening how one is opened
 * @param trial tries a version before the running server loads it
 * @param period the time from one look at the files to the next; a version must look the same twice
 */
public record WatchedModels(
    List<ModelPlace> places,
    Function<ModelFiles, ServedModel> opening,
    ModelTrial trial,
    Duration period) {

  private static final Duration USUAL_PERIOD = Duration.ofSeconds(2);

  public WatchedModels {
    places = List.copyOf(places);
    if (period.toMillis() < 1) {
      throw new OptionException("period: %s, expected at least 1 ms".formatted(period));
    }
  }

  /**
   * The models of paths, each opened as {@link ServedModel#of(Path)} says. No version is tried in
   * another process: one on which OpenVINO crashes ends the program.
   */
  public static WatchedModels of(Path... paths) {
    return new WatchedModels(
        Stream.of(paths).map(ModelPlace::of).toList(),
        files ->
            new ServedModel(
                files.name(), files.version(), files.ir(), ServedModel.usual(files.ir())),
        ModelTrial.NONE,
        USUAL_PERIOD);
  }

  public WatchedModels withTrial(ModelTrial changed) {
    return new WatchedModels(places, opening, changed, period);
  }

  public WatchedModels withPeriod(Duration changed) {
    return new WatchedModels(places, opening, trial, changed);
  }

  /**
   * Returns the models that there must be at the start.
   *
   * @throws OptionException if a path has none, or one that cannot be served
   */
  public List<ModelFiles> require() {
    List<ModelFiles> all = new ArrayList<>();
    places.forEach(place -> all.addAll(ModelListing.require(place)));
    return all;
  }

  /**
   * Returns how a version is served.
   *
   * @throws dev.ovkit.OvkitException if its files are not whole, or its name cannot be one
   */
  public ServedModel served(ModelFiles files) {
    files.requireWhole();
    return opening.apply(files);
  }
}
