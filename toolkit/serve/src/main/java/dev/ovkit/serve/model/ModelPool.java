package dev.ovkit.serve.model;

import dev.ovkit.OptionException;
import dev.ovkit.serve.metrics.ServerMetrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The models of a server, by name and version; ready when all are loaded and tested. */
public final class ModelPool implements AutoCloseable {

  /** 2 before 10, and both before names that are no numbers. */
  private static final Comparator<String> VERSIONS =
      Comparator.<String>comparingInt(version -> version.matches("\\d+") ? 0 : 1)
          .thenComparing(
              version -> version.matches("\\d+") ? version.replaceFirst("^0+", "") : "",
              Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
          .thenComparing(Comparator.naturalOrder());

  private final Map<String, TreeMap<String, ServedModel>> known = new LinkedHashMap<>();
  private final Map<ServedModel, LoadedModel> loaded = new ConcurrentHashMap<>();
  private final ServerMetrics metrics;
  private final int workers;

  /**
   * Knows the models, and loads none.
   *
   * @param workers pictures at once, all models together
   * @throws OptionException if there is none, or two have the same name and version
   */
  public ModelPool(List<ServedModel> models, int workers, ServerMetrics metrics) {
    this.workers = workers;
    this.metrics = metrics;
    for (ServedModel model : models) {
      ServedModel other =
          known
              .computeIfAbsent(model.name(), name -> new TreeMap<>(VERSIONS))
              .putIfAbsent(model.version(), model);
      if (other != null) {
        throw new OptionException(
            "%s and %s are both version %s of the model %s; give one another name with NAME=MODEL"
                .formatted(other.ir(), model.ir(), model.version(), model.name()));
      }
    }
    if (known.isEmpty()) {
      throw new OptionException("there is no model to serve; give at least one");
    }
    metrics.gauge("ovkit_models", "Models and versions to be served.", () -> served().size());
    metrics.gauge("ovkit_models_ready", "Those that are loaded and tested.", loaded::size);
  }

  /**
   * Loads and tests all models, one after the other.
   *
   * @param next hears of each that is ready
   * @throws dev.ovkit.OvkitException if one cannot be served
   */
  public void load(Consumer<LoadedModel> next) {
    for (ServedModel model : served()) {
      LoadedModel opened = LoadedModel.open(model, workers, metrics);
      loaded.put(model, opened);
      next.accept(opened);
    }
  }

  /** Whether all are loaded and tested. */
  public boolean ready() {
    return loaded.size() == served().size();
  }

  /** Returns all, the names in the order in which they were given, versions rising. */
  public List<ServedModel> served() {
    List<ServedModel> all = new ArrayList<>();
    known.values().forEach(versions -> all.addAll(versions.values()));
    return all;
  }

  /**
   * Finds a model.
   *
   * @param version empty for the highest
   */
  public Optional<ServedModel> find(String name, Optional<String> version) {
    TreeMap<String, ServedModel> versions = known.get(name);
    if (versions == null) {
      return Optional.empty();
    }
    return version.isEmpty()
        ? Optional.of(versions.lastEntry().getValue())
        : Optional.ofNullable(versions.get(version.get()));
  }

  /** Returns the versions of a model, rising. */
  public List<String> versions(String name) {
    TreeMap<String, ServedModel> versions = known.get(name);
    return versions == null ? List.of() : List.copyOf(versions.keySet());
  }

  /** Returns the model, if it is loaded. */
  public Optional<LoadedModel> loaded(ServedModel model) {
    return Optional.ofNullable(loaded.get(model));
  }

  @Override
  public void close() {
    loaded.values().forEach(LoadedModel::close);
    loaded.clear();
  }
}
