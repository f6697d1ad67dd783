package dev.ovkit.serve.model;

import dev.ovkit.OvkitException;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.serve.metrics.ServerMetrics.ModelChange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows the files of a server's models: a version that is new, or has changed, is tried and
 * loaded, and takes over; one that is refused changes nothing; one that is gone is no longer found,
 * and is closed after its last request.
 *
 * <p>Files are quiet, or gone, if two looks at them, a period apart, see the same.
 */
public final class ModelWatch implements AutoCloseable {

  private final WatchedModels watched;
  private final ModelPool pool;
  private final ServerMetrics metrics;
  private final Consumer<String> notice;
  private final Consumer<Throwable> failed;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "ovkit-models");
            thread.setDaemon(true);
            return thread;
          });

  /** The state of the files of each version that answers, by its key. */
  private final Map<String, String> loaded = new HashMap<>();

  /** The state in which a version was refused; it is not tried again as long as it has that. */
  private final Map<String, String> refused = new HashMap<>();

  private final Set<String> reported = new HashSet<>();
  private ModelScan before;
  private volatile boolean closing;

  private ModelWatch(
      WatchedModels watched,
      ModelScan first,
      ModelPool pool,
      ServerMetrics metrics,
      Consumer<String> notice,
      Consumer<Throwable> failed) {
    this.watched = watched;
    this.before = first;
    this.pool = pool;
    this.metrics = metrics;
    this.notice = notice;
    this.failed = failed;
    first.found().forEach((key, seen) -> loaded.put(key, seen.state()));
  }

  /** The files of models at the moment before they are loaded. */
  public static final class Begin {
    private final WatchedModels watched;
    private final List<ModelFiles> files;
    private final ModelScan scan;

    private Begin(WatchedModels watched, List<ModelFiles> files) {
      this.watched = watched;
      this.files = files;
      this.scan = ModelScan.of(files);
    }

    /**
     * Looks at them.
     *
     * @throws OvkitException if a path has no model, or one that cannot be served
     */
    public static Begin of(WatchedModels watched) {
      return new Begin(watched, watched.require());
    }

    /**
     * Returns what is to be loaded.
     *
     * @throws OvkitException if the files of one are not whole, or its name cannot be one
     */
    public List<ServedModel> models() {
      return files.stream().map(watched::served).toList();
    }

    /**
     * Follows the files from here on, once the pool has loaded them.
     *
     * @param notice hears what an operator wants to know, in sentences
     * @param failed hears of what is a fault of this program
     */
    public ModelWatch follow(
        ModelPool pool,
        ServerMetrics metrics,
        Consumer<String> notice,
        Consumer<Throwable> failed) {
      ModelWatch watch = new ModelWatch(watched, scan, pool, metrics, notice, failed);
      long millis = watched.period().toMillis();
      watch.clock.scheduleWithFixedDelay(watch::look, millis, millis, TimeUnit.MILLISECONDS);
      return watch;
    }
  }

  /** A failure of a look must not be the last look. */
  private void look() {
    try {
      check();
    } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
      if (!closing) {
        failed.accept(e);
      }
    }
  }

  /** Looks once at the files, and does what is due. */
  public synchronized void check() {
    ModelScan now = ModelScan.now(watched.places());
    report(now);
    for (Map.Entry<String, ModelScan.Seen> one : now.found().entrySet()) {
      String key = one.getKey();
      String state = one.getValue().state();
      boolean known = state.equals(loaded.get(key)) || state.equals(refused.get(key));
      if (!known && state.equals(before.state(key)) && !closing) {
        take(one.getValue());
      }
    }
    if (now.problems().isEmpty() && !closing) {
      removeGone(now);
    }
    before = now;
    pool.forgetClosed();
  }

  /** Reports a lasting problem once. */
  private void report(ModelScan now) {
    reported.retainAll(now.problems());
    for (String problem : now.problems()) {
      if (before.problems().contains(problem) && reported.add(problem)) {
        notice.accept("a model is left out: " + problem);
      }
    }
  }

  private void take(ModelScan.Seen seen) {
    try {
      ServedModel served = watched.served(seen.files());
      watched.trial().require(served);
      LoadedModel opened = pool.open(served);
      if (closing || !seen.isUnchanged()) {
        pool.retire(opened); // what was loaded may not be what was tried
      } else {
        switchTo(opened, seen);
      }
    } catch (OvkitException | OutOfMemoryError | LinkageError e) {
      refuse(seen, e);
    } catch (RuntimeException e) {
      failed.accept(e);
      refuse(seen, e);
    }
  }

  private void switchTo(LoadedModel opened, ModelScan.Seen seen) {
    String key = seen.files().key();
    boolean replaces = loaded.put(key, seen.state()) != null;
    refused.remove(key);
    pool.put(opened);
    metrics.changed(ModelChange.LOADED);
    notice.accept(
        "%s, version %s: ready%s"
            .formatted(
                opened.name(), opened.version(), replaces ? ", in place of the one before" : ""));
  }

  private void refuse(ModelScan.Seen seen, Throwable reason) {
    ModelFiles files = seen.files();
    if (closing || !seen.isUnchanged()) {
      return; // it is still being written
    }
    refused.put(files.key(), seen.state());
    metrics.changed(ModelChange.REFUSED);
    notice.accept(
        "%s, version %s: refused%s: %s"
            .formatted(
                files.name(),
                files.version(),
                pool.versions(files.name()).isEmpty() ? "" : "; what is loaded goes on",
                reason.getMessage()));
  }

  /** What was replaced under another version goes only when its successor answers. */
  private void removeGone(ModelScan now) {
    for (ServedModel model : pool.served()) {
      String key = model.name() + "/" + model.version();
      boolean gone = !now.found().containsKey(key) && !before.found().containsKey(key);
      if (gone && !now.replaces(model.name(), loaded.keySet())) {
        pool.remove(model.name(), model.version());
        loaded.remove(key);
        metrics.changed(ModelChange.REMOVED);
        notice.accept("%s, version %s: removed".formatted(model.name(), model.version()));
      }
    }
    refused.keySet().retainAll(now.found().keySet());
  }

  /** Takes up nothing more: the server is about to end. */
  public void stop() {
    closing = true;
  }

  /** Ends a trial that is under way, and waits for it. */
  @Override
  public void close() {
    stop();
    clock.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (clock.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true; // a model is opened within seconds
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
