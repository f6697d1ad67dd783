package dev.ovkit.watch;

import dev.ovkit.NativeCallException;
import dev.ovkit.OutputException;
import dev.ovkit.PictureException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Detections;
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
 * even if the process or the machine ends at any point.
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

  private final WatchOptions options;
  private final Detector detector;
  private final Path ir;
  private final WatchListener listener;
  private final ServiceManager manager;
  private final Pace pace;
  private final Spool spool;
  private final Arrivals arrivals;

  /** What the pictures that are worked on looked like when they were taken. */
  private final Map<Path, FileStamp> taken = new HashMap<>();

  private long done;
  private long setAside;

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
    this.pace = new Pace(options, listener, manager, this::status);
    this.spool = Spool.open(options.in(), options.out(), options.delete());
    this.arrivals = new Arrivals(options.in(), options.settle());
  }

  /**
   * Locks both folders, which are made if they are missing.
   *
   * @param ir the detector's model, which each result names
   * @param manager hears that the service is ready, alive and stopping
   * @throws dev.ovkit.OptionException when both folders are the same
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
   * Runs until {@link #stop}, or, with {@link WatchOptions#once}, until everything is done.
   *
   * @throws OutputException when a folder cannot be written and {@link WatchOptions#once} is set
   */
  public WatchCounts run() {
    warmUp();
    manager.ready();
    try {
      recover();
      while (!pace.isStopping()) {
        drain();
        if (options.once() && arrivals.expected() == 0) {
          break;
        }
        pace.pause(POLL);
      }
    } catch (Pace.Stopped e) {
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
    pace.stop();
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
    pace.persist(spool::sweep);
    for (String name : pace.persisted(spool::ready)) {
      pace.persist(spool.publication(name));
      done++;
    }
    for (Path picture : pace.persisted(spool::guilty)) {
      giveUp(picture, "the process ended three times while it was processing only this picture");
    }
    tryAlone();
  }

  /**
   * Pictures that were under way when the process ended: one by one, to find the one that ended it.
   */
  private void tryAlone() {
    for (Path picture : pace.persisted(spool::unfinished)) {
      if (pace.isStopping()) {
        return;
      }
      pace.beat();
      Path trial = pace.persisted(() -> spool.beginTrial(picture));
      Outcome outcome = outcome(trial);
      Path back = pace.persisted(() -> spool.endTrial(trial));
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
      pace.beat();
      while (next == null && !pace.isStopping()) {
        if (found.isEmpty() && System.nanoTime() - scanned >= POLL.toNanos()) {
          found.addAll(pace.persisted(arrivals::scan));
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

  /** Null when the file is gone or cannot be taken. */
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
            "%s: it cannot be moved out of its folder (%s); allow this user to rename files there"
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
    // A picture that changed while it was read was not whole.
    boolean changed = before == null || !before.equals(pace.persisted(() -> FileStamp.of(picture)));
    conclude(picture, changed ? outcome(picture) : outcome);
  }

  /** Reads a picture until it stays the same meanwhile. */
  private Outcome outcome(Path picture) {
    while (true) {
      FileStamp before = pace.persisted(() -> FileStamp.of(picture));
      Outcome outcome;
      try {
        outcome = results(picture, detector.detect(picture));
      } catch (PictureException | NativeCallException e) {
        outcome = bad(picture, e);
      }
      if (before.equals(pace.persisted(() -> FileStamp.of(picture)))) {
        return outcome;
      }
      pace.beat();
      pace.pause(POLL);
      if (pace.isStopping()) {
        throw new Pace.Stopped();
      }
    }
  }

  private Outcome results(Path picture, Detections found) {
    Map<String, byte[]> results = new LinkedHashMap<>();
    try {
      if (options.draw()) {
        try (Picture drawn = Picture.read(picture, detector.bitDepth())) {
          drawn.draw(found);
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

  /** The name that it has while it is processed would tell its owner nothing. */
  private static Outcome bad(Path picture, RuntimeException e) {
    return new Outcome.Bad(
        String.valueOf(e.getMessage()).replace(picture.toString(), name(picture)));
  }

  private void conclude(Path picture, Outcome outcome) {
    pace.beat();
    String name = name(picture);
    if (outcome instanceof Outcome.Good good) {
      pace.persist(() -> spool.stage(picture, good.results()));
      pace.persist(spool.publication(name, List.copyOf(good.results().keySet())));
      done++;
      listener.done(name, good.found());
    } else {
      giveUp(picture, ((Outcome.Bad) outcome).reason());
    }
  }

  private void giveUp(Path picture, String reason) {
    pace.persist(() -> spool.setAside(picture, reason));
    setAside++;
    listener.setAside(name(picture), reason);
  }

  private static String name(Path picture) {
    return picture.getFileName().toString();
  }

  private String status() {
    return "%d done, %d unreadable".formatted(done, setAside);
  }

  /** Releases the folders. */
  @Override
  public void close() {
    spool.close();
  }
}
