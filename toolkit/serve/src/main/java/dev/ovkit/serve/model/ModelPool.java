package dev.ovkit.serve.model;

import dev.ovkit.OptionException;
import dev.ovkit.bundle.ReleaseVersion;
import dev.ovkit.serve.metrics.ServerMetrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The models of a server, by name and version; ready when all are loaded and tested. A change makes
 * a new map and leaves the old one to those who are looking at it.
 */
public final class ModelPool implements AutoCloseable {

  /** 2 before 10, numbers before releases such as 1.10.0, and both before other names. */
  private static final Comparator<String> VERSIONS =
      Comparator.comparingInt(ModelPool::kind)
          .thenComparing(ModelPool::compareOfKind)
          .thenComparing(Comparator.naturalOrder());

  private static final int NUMBER = 0;
  private static final int RELEASE = 1;
  private static final int OTHER = 2;

  private final ServerMetrics metrics;
  private final int workers;

  /** All that are not closed yet; more than {@link #models} has while some are drained. */
  private final Set<LoadedModel> open = ConcurrentHashMap.newKeySet();

  /** Has a thread only while there is something to close. */
  private final ThreadPoolExecutor closer =
      new ThreadPoolExecutor(
          0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), ModelPool::daemon);

  private volatile Map<String, TreeMap<String, Entry>> models = Map.of();

  /** A version; not loaded only while the server starts. */
  private record Entry(ServedModel served, Optional<LoadedModel> loaded) {}

  /**
   * Knows the models, and loads none.
   *
   * @param workers pictures at once, all models together
   * @throws OptionException if there is none, or two have the same name and version
   */
  public ModelPool(List<ServedModel> served, int workers, ServerMetrics metrics) {
    this.workers = workers;
    this.metrics = metrics;
    for (ServedModel model : served) {
      find(model.name(), Optional.of(model.version()))
          .ifPresent(
              other -> {
                throw new OptionException(
                    "%s and %s are both version %s of the model %s; give one another name with NAME=MODEL"
                        .formatted(other.ir(), model.ir(), model.version(), model.name()));
              });
      put(new Entry(model, Optional.empty()));
    }
    if (served.isEmpty()) {
      throw new OptionException("there is no model to serve; give at least one");
    }
    metrics.gauge(
        "ovkit_models", "Models and versions to be served.", () -> (int) entries().count());
    metrics.gauge(
        "ovkit_models_ready",
        "Those that are loaded and tested.",
        () -> (int) entries().filter(one -> one.loaded().isPresent()).count());
    metrics.gaugeByModel(
        "ovkit_model_loaded_timestamp_seconds",
        "When a version was loaded, in seconds since 1970.",
        values ->
            entries()
                .flatMap(one -> one.loaded().stream())
                .forEach(
                    one ->
                        values.set(one.name(), one.version(), one.since().toEpochMilli() / 1e3)));
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "ovkit-closer");
    thread.setDaemon(true);
    return thread;
  }

  private Stream<Entry> entries() {
    return models.values().stream().flatMap(versions -> versions.values().stream());
  }

  // ---- changes

  /**
   * Loads and tests all models, one after the other.
   *
   * @param next hears of each that is ready
   * @throws dev.ovkit.OvkitException if one cannot be served
   */
  public void load(Consumer<LoadedModel> next) {
    for (ServedModel model : served()) {
      LoadedModel opened = open(model);
      put(opened);
      next.accept(opened);
    }
  }

  /**
   * Opens and tests a model that does not answer yet.
   *
   * @throws dev.ovkit.OvkitException if it cannot be opened, or fails the test
   */
  LoadedModel open(ServedModel model) {
    LoadedModel opened = LoadedModel.open(model, workers, metrics);
    open.add(opened);
    return opened;
  }

  /** Lets a model answer, in place of what had its name and version. */
  void put(LoadedModel model) {
    put(new Entry(model.served(), Optional.of(model)));
  }

  private void put(Entry entry) {
    change(entry.served().name(), entry.served().version(), Optional.of(entry));
  }

  /** Lets a version answer no more requests than it has. */
  void remove(String name, String version) {
    change(name, version, Optional.empty());
  }

  private synchronized void change(String name, String version, Optional<Entry> entry) {
    TreeMap<String, Entry> versions = new TreeMap<>(VERSIONS);
    versions.putAll(models.getOrDefault(name, new TreeMap<>()));
    Optional<Entry> before = Optional.ofNullable(versions.remove(version));
    entry.ifPresent(now -> versions.put(version, now));
    Map<String, TreeMap<String, Entry>> changed = new LinkedHashMap<>(models);
    changed.put(name, versions);
    if (versions.isEmpty()) {
      changed.remove(name);
    }
    models = changed;
    before.flatMap(Entry::loaded).ifPresent(this::retire);
  }

  /** Closes a model that nobody finds any more, after the last request that holds it. */
  void retire(LoadedModel model) {
    model.unused().thenRunAsync(() -> close(model), closer);
    model.release();
  }

  private void close(LoadedModel model) {
    model.close();
    open.remove(model);
  }

  /** Leaves versions out of the metrics that are gone. */
  void forgetClosed() {
    metrics.keepOnly(
        Stream.concat(served().stream(), open.stream().map(LoadedModel::served))
            .map(one -> List.of(one.name(), one.version()))
            .collect(Collectors.toSet()));
  }

  /** Returns how many are open, those included that are being drained. */
  public int openCount() {
    return open.size();
  }

  // ---- questions

  /** Whether there are models, and all are loaded and tested. */
  public boolean ready() {
    return !models.isEmpty() && entries().allMatch(one -> one.loaded().isPresent());
  }

  /** Returns all, the names in the order in which they were given, versions rising. */
  public List<ServedModel> served() {
    List<ServedModel> all = new ArrayList<>();
    entries().forEach(one -> all.add(one.served()));
    return all;
  }

  /**
   * Finds a model.
   *
   * @param version empty for the highest
   */
  public Optional<ServedModel> find(String name, Optional<String> version) {
    return entry(name, version).map(Entry::served);
  }

  private Optional<Entry> entry(String name, Optional<String> version) {
    TreeMap<String, Entry> versions = models.get(name);
    if (versions == null) {
      return Optional.empty();
    }
    return version.isEmpty()
        ? Optional.of(versions.lastEntry().getValue())
        : Optional.ofNullable(versions.get(version.get()));
  }

  /**
   * Finds a model that is loaded, and keeps it open until {@link LoadedModel#release}.
   *
   * @param version empty for the highest
   */
  public Optional<LoadedModel> hold(String name, Optional<String> version) {
    while (true) {
      Optional<LoadedModel> found = entry(name, version).flatMap(Entry::loaded);
      if (found.isEmpty() || found.get().hold()) {
        return found;
      }
      // It has been replaced since: what replaced it is already to be found.
    }
  }

  /** Returns the versions of a model, rising. */
  public List<String> versions(String name) {
    TreeMap<String, Entry> versions = models.get(name);
    return versions == null ? List.of() : List.copyOf(versions.keySet());
  }

  /** Returns the model, if it is loaded; to be looked at, not to be asked. */
  public Optional<LoadedModel> loaded(ServedModel model) {
    return entry(model.name(), Optional.of(model.version())).flatMap(Entry::loaded);
  }

  // ---- the order of versions

  private static int kind(String version) {
    if (version.matches("\\d+")) {
      return NUMBER;
    }
    return release(version).isPresent() ? RELEASE : OTHER;
  }

  private static int compareOfKind(String one, String other) {
    return switch (kind(one)) {
      case NUMBER -> {
        String first = one.replaceFirst("^0+", "");
        String second = other.replaceFirst("^0+", "");
        yield first.length() != second.length()
            ? Integer.compare(first.length(), second.length())
            : first.compareTo(second);
      }
      case RELEASE -> release(one).orElseThrow().compareTo(release(other).orElseThrow());
      default -> 0;
    };
  }

  private static Optional<ReleaseVersion> release(String version) {
    try {
      return Optional.of(new ReleaseVersion(version));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Closes all, also those that somebody still holds. */
  @Override
  public void close() {
    models = Map.of();
    closer.shutdown();
    try {
      closer.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    open.forEach(LoadedModel::close);
    open.clear();
  }
}
