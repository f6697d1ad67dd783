package dev.ovkit.watch;

import dev.ovkit.NativeCallException;
import dev.ovkit.OutputException;
import dev.ovkit.PictureException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectionsJson;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.PictureResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Turns pictures that appear in one folder into results that appear in another: each picture ends
 * in exactly one result or is set aside with the reason, none is lost and none comes out twice,
 * also when the process or the machine ends at any point.
 *
 * <p>A file is taken when it has not changed for {@link WatchOptions#settle}, whatever it is called
 * and whatever it is; hidden files, links and subfolders are left alone. Several are worked on at
 * once, as {@link Detector#detectAll} does. A file that cannot be read goes to {@code IN/failed}
 * with the reason in a text file; so does one that was tried alone when the process ended, three
 * times. When {@code OUT} is full or cannot be written, it waits and tries again.
 *
 * <p>{@link #run} is called once, by one thread; {@link #stop} by any. The detector is the caller's
 * to close.
 */
public final class FolderWatch implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration STATUS = Duration.ofSeconds(5);

  private final WatchOptions options;
  private final Detector detector;
  private final Path ir;
  private final WatchListener listener;
  private final ServiceManager manager;
  private final Spool spool;
  private final Arrivals arrivals;

  /** What the pictures that are worked on looked like when they were taken. */
  private final Map<Path, FileStamp> taken = new HashMap<>();

  private final Object pause = new Object();
  private volatile boolean stopping;
  private long done;
  private long setAside;
  private long lastStatus;

  private FolderWatch(
      WatchOptions options,
      Path ir,
      Detector detector,
      WatchListener listener,
      ServiceManager manager) {
    this.options = options;
    this.detector = detector;
    this.ir = ir;
    this.listener = listener;
    this.manager = manager;
    this.spool = Spool.open(options.in(), options.out(), options.delete());
    this.arrivals = new Arrivals(options.in(), options.settle());
  }

  /**
   * Takes hold of both folders, which are made if they are not there.
   *
   * @param ir the detector's model, which each result names
   * @param manager is told that the service is ready, alive and stopping
   * @throws dev.ovkit.OptionException when both folders are one
   * @throws OutputException when a folder cannot be written, or another watcher has it
   */
  public static FolderWatch open(
      WatchOptions options,
      Path ir,
      Detector detector,
      WatchListener listener,
      ServiceManager manager) {
    return new FolderWatch(options, ir, detector, listener, manager);
  }

  /**
   * Works until {@link #stop}, or until all is done where that is asked.
   *
   * @throws OutputException when a folder cannot be written and that is not to be waited for
   */
  public WatchCounts run() {
    warmUp();
    manager.ready();
    try {
      recover();
      while (!stopping) {
        drain();
        if (options.once() && arrivals.expected() == 0) {
          break;
        }
        pause(POLL);
      }
    } catch (Stopped e) {
      // in the middle of waiting; the next start goes on there
    }
    manager.stopping();
    try {
      long unfinished = spool.unfinished().size() + spool.ready().size();
      return new WatchCounts(done, setAside, unfinished, arrivals.refused());
    } catch (IOException e) {
      throw OutputException.of(options.in(), e);
    }
  }

  /** Lets {@link #run} finish what it has begun and return. */
  public void stop() {
    synchronized (pause) {
      stopping = true;
      pause.notifyAll();
    }
  }

  /** A trial should last as long as its picture takes, and not as long as a first inference. */
  private void warmUp() {
    int width = detector.spec().inputWidth();
    int height = detector.spec().inputHeight();
    ByteBuffer black = ByteBuffer.allocateDirect(3 * width * height);
    Detections unused = detector.detect(Frame.of(black, width, height, Frame.Format.BGR));
  }

  // ---- what an earlier process left

  private void recover() {
    persist(spool::sweep);
    for (String name : persisted(spool::ready)) {
      persist(spool.publication(name));
      done++;
    }
    for (Path picture : persisted(spool::guilty)) {
      giveUp(picture, "the process ended three times while it worked on this picture alone");
    }
    tryAlone();
  }

  /** What was under way when something ended that: one by one, so that the guilty one is found. */
  private void tryAlone() {
    for (Path picture : persisted(spool::unfinished)) {
      if (stopping) {
        return;
      }
      beat();
      Path trial = persisted(() -> spool.beginTrial(picture));
      Outcome outcome = outcome(trial);
      Path back = persisted(() -> spool.endTrial(trial));
      conclude(back, outcome);
    }
  }

  // ---- the stream of pictures

  private void drain() {
    try {
      detector.detectAll(WholeFiles::new, this::conclude);
    } catch (NativeCallException e) {
      taken.clear();
      tryAlone();
    }
  }

  /** Files that are whole now; ends when there is none, though there may be some again later. */
  private final class WholeFiles implements Iterator<Path> {
    private final Deque<Path> found = new ArrayDeque<>();
    private @Nullable Path next;
    private long scanned = System.nanoTime() - POLL.toNanos();

    @Override
    public boolean hasNext() {
      beat();
      while (next == null && !stopping) {
        if (found.isEmpty() && System.nanoTime() - scanned >= POLL.toNanos()) {
          found.addAll(persisted(arrivals::scan));
          scanned = System.nanoTime();
        }
        Path file = found.poll();
        if (file == null) {
          return false;
        }
        next = take(file);
      }
      return next != null;
    }

    @Override
    public Path next() {
      Path file = hasNext() ? next : null;
      if (file == null) {
        throw new NoSuchElementException();
      }
      next = null;
      return file;
    }
  }

  /** Null when the file is gone or cannot be had. */
  private @Nullable Path take(Path file) {
    try {
      Path picture = spool.take(file);
      arrivals.forget(file);
      taken.put(picture, FileStamp.of(picture));
      return picture;
    } catch (NoSuchFileException e) {
      arrivals.forget(file);
    } catch (IOException e) {
      if (arrivals.refuse(file)) {
        listener.left(
            file.getFileName().toString(),
            "%s: it cannot be taken from its folder (%s); let this user rename files there"
                .formatted(file, e.getMessage()));
      }
    }
    return null;
  }

  // ---- one picture

  /** What is to become of a picture. */
  private sealed interface Outcome {
    record Good(Map<String, byte[]> results, Detections found) implements Outcome {}

    record Bad(String reason) implements Outcome {}
  }

  private void conclude(PictureResult result) {
    Path picture = result.file();
    FileStamp before = taken.remove(picture);
    Outcome outcome;
    if (result instanceof PictureResult.Found found) {
      outcome = results(picture, found.detections());
    } else {
      outcome = bad(picture, ((PictureResult.Unreadable) result).reason());
    }
    // What changed while it was read was not whole.
    boolean changed = before == null || !before.equals(persisted(() -> FileStamp.of(picture)));
    conclude(picture, changed ? outcome(picture) : outcome);
  }

  /** Reads a picture until it stays the same meanwhile. */
  private Outcome outcome(Path picture) {
    while (true) {
      FileStamp before = persisted(() -> FileStamp.of(picture));
      Outcome outcome;
      try {
        outcome = results(picture, detector.detect(picture));
      } catch (PictureException | NativeCallException e) {
        outcome = bad(picture, e);
      }
      if (before.equals(persisted(() -> FileStamp.of(picture)))) {
        return outcome;
      }
      beat();
      pause(POLL);
      if (stopping) {
        throw new Stopped();
      }
    }
  }

  private Outcome results(Path picture, Detections found) {
    Map<String, byte[]> results = new LinkedHashMap<>();
    try {
      if (options.draw()) {
        try (Picture drawn = Picture.read(picture)) {
          drawn.draw(found.detections());
          results.put(Spool.DRAWN, drawn.toJpeg());
        }
      }
    } catch (PictureException | NativeCallException e) {
      return bad(picture, e);
    }
    // Last, so that a reader who waits for it finds the drawn picture there.
    results.put(Spool.RESULT, JsonFile.bytes(json(picture, found)));
    return new Outcome.Good(results, found);
  }

  private Map<String, Object> json(Path picture, Detections found) {
    Path name = picture.getFileName();
    return DetectionsJson.of(ir, "CPU", List.of(DetectionsJson.picture(name, found)));
  }

  /** Where it lies while it is worked on would tell its owner nothing. */
  private static Outcome bad(Path picture, RuntimeException e) {
    return new Outcome.Bad(
        String.valueOf(e.getMessage()).replace(picture.toString(), name(picture)));
  }

  private void conclude(Path picture, Outcome outcome) {
    beat();
    String name = name(picture);
    if (outcome instanceof Outcome.Good good) {
      persist(() -> spool.stage(picture, good.results()));
      persist(spool.publication(name, List.copyOf(good.results().keySet())));
      done++;
      listener.done(name, good.found());
    } else {
      giveUp(picture, ((Outcome.Bad) outcome).reason());
    }
  }

  private void giveUp(Path picture, String reason) {
    persist(() -> spool.setAside(picture, reason));
    setAside++;
    listener.setAside(name(picture), reason);
  }

  private static String name(Path picture) {
    return picture.getFileName().toString();
  }

  // ---- waiting

  /** A value that has to be read from or made on a disk. */
  private interface Source<T> {
    T get() throws IOException;
  }

  /** Thrown to leave the work where it is, because a stop was asked for while it waited. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private void persist(Spool.Action action) {
    Object unused =
        persisted(
            () -> {
              action.run();
              return Boolean.TRUE;
            });
  }

  /** Tries until it succeeds: disks get full, and empty again. */
  private <T> T persisted(Source<T> source) {
    boolean told = false;
    while (true) {
      try {
        T value = source.get();
        if (told) {
          listener.goesOn();
        }
        return value;
      } catch (IOException e) {
        OutputException problem = OutputException.of(options.out(), e);
        if (options.once()) {
          throw problem;
        }
        if (!told) {
          told = true;
          listener.waiting(problem.getMessage() + "; waiting, and trying again");
          manager.status("waiting: " + problem.getMessage());
        }
        if (stopping) {
          throw new Stopped();
        }
        beat();
        pause(RETRY);
      }
    }
  }

  /** Called wherever the work gets on, and from nowhere else. */
  private void beat() {
    manager.beat();
    if (System.nanoTime() - lastStatus >= STATUS.toNanos() || lastStatus == 0) {
      lastStatus = System.nanoTime();
      manager.status("%d done, %d set aside".formatted(done, setAside));
    }
  }

  private void pause(Duration length) {
    Duration beats = manager.interval();
    long millis = length.toMillis();
    if (!beats.isZero()) {
      millis = Math.max(1, Math.min(millis, beats.toMillis() / 2));
    }
    synchronized (pause) {
      if (!stopping) {
        try {
          pause.wait(millis);
        } catch (InterruptedException e) {
          stopping = true;
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Gives the folders free. */
  @Override
  public void close() {
    spool.close();
  }
}
