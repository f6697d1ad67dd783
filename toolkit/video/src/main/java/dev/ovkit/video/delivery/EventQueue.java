package dev.ovkit.video.delivery;

import dev.ovkit.OutputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for one receiver, in files that survive {@code kill -9}.
 *
 * <p>{@link #add} only puts an event into memory; a thread of the queue writes it to disk, within
 * milliseconds, and asks the disk once a second to keep it even without power. While the disk is
 * full or away, up to 4 MB of events wait in memory and can still be delivered. What is more than
 * that, or than the files may have, is dropped, the oldest first, counted, and said once a minute.
 *
 * <p>One thread takes events with {@link #next} and gives each batch back by {@link #delivered},
 * {@link #refused} or {@link #failed}.
 */
final class EventQueue implements AutoCloseable {

  private static final long MOST_IN_MEMORY = 4 << 20;
  private static final int MOST_WRITTEN = 256;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private enum Holder {
    NOBODY,
    WRITER,
    DELIVERER
  }

  private final Path folder;
  private final QueueFiles disk;
  private final Consumer<String> reports;
  private final LossReport losses;
  private final Thread writer;

  // Guarded by this, under which nothing waits for the disk.
  private final List<Event> waiting = new ArrayList<>();
  private long waitingBytes;
  private Holder holder = Holder.NOBODY;
  private int held;
  private int onDisk;
  private @Nullable String broken;
  private long retryNanos;
  private boolean unforced;
  private long forcedNanos = System.nanoTime();
  private boolean closed;
  private long delivered;
  private long refused;

  // Of the thread that takes events.
  private QueueFiles.@Nullable Batch batch;

  private EventQueue(Path folder, QueueFiles disk, Consumer<String> reports) {
    this.folder = folder;
    this.disk = disk;
    this.reports = reports;
    this.onDisk = disk.lines();
    this.losses = new LossReport("events dropped", reports);
    this.writer = new Thread(this::write, "ovkit-queue-" + folder.getFileName());
    writer.setDaemon(true);
  }

  /**
   * Opens a queue with what an earlier process has left in it.
   *
   * @param folder of this queue alone
   * @throws dev.ovkit.OptionException when another process uses it
   * @throws OutputException when it cannot be written
   */
  static EventQueue open(Path folder, long mostBytes, Consumer<String> reports) {
    try {
      EventQueue queue = new EventQueue(folder, QueueFiles.open(folder, mostBytes), reports);
      queue.writer.start();
      return queue;
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    }
  }

  /** Adds an event; never waits for the disk. */
  synchronized void add(Event event) {
    waiting.add(event);
    waitingBytes += event.json().length();
    int lost = 0;
    while (waitingBytes > MOST_IN_MEMORY && waiting.size() > held) {
      waitingBytes -= waiting.remove(held).json().length();
      lost++;
    }
    losses.add(lost, "the disk of '%s' is too slow, full or away".formatted(folder));
    notifyAll();
  }

  // ---- to the disk

  private void write() {
    try {
      for (List<Event> events = toWrite(); events != null; events = toWrite()) {
        if (!events.isEmpty()) {
          written(events.size(), append(events));
        } else {
          force();
        }
        losses.sayIfDue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns none when it is time to force, null at the end. */
  private synchronized @Nullable List<Event> toWrite() throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      boolean resting = broken != null && now < retryNanos;
      if (holder == Holder.NOBODY && !waiting.isEmpty() && (!resting || closed)) {
        hold(Holder.WRITER, Math.min(MOST_WRITTEN, waiting.size()));
        return List.copyOf(waiting.subList(0, held));
      }
      if (closed) {
        return null;
      }
      if (unforced && now - forcedNanos >= SECOND) {
        unforced = false;
        forcedNanos = now;
        return List.of();
      }
      wait(unforced || broken != null ? SECOND / 10_000_000 : 60_000);
    }
  }

  private void hold(Holder by, int count) {
    holder = by;
    held = count;
  }

  private @Nullable String append(List<Event> events) {
    try {
      int dropped = disk.append(events.stream().map(Event::json).toList());
      losses.add(dropped, "the queue '%s' is full".formatted(folder));
      return null;
    } catch (IOException e) {
      return OutputException.of(folder, e).getMessage();
    }
  }

  private void written(int count, @Nullable String failure) {
    int lines = disk.lines();
    String report = null;
    synchronized (this) {
      onDisk = lines;
      hold(Holder.NOBODY, 0);
      if (failure == null) {
        forget(count);
        unforced = true;
        if (broken != null) {
          report = "the queue '%s' is writable again".formatted(folder);
        }
      } else {
        retryNanos = System.nanoTime() + SECOND;
        if (!failure.equals(broken)) {
          report = failure + "; events wait in memory";
        }
        if (closed) {
          losses.add(waiting.size(), failure);
          forget(waiting.size());
        }
      }
      broken = failure;
      notifyAll();
    }
    if (report != null) {
      reports.accept(report);
    }
  }

  private void forget(int count) {
    List<Event> gone = waiting.subList(0, count);
    waitingBytes -= gone.stream().mapToLong(event -> event.json().length()).sum();
    gone.clear();
  }

  private void force() {
    try {
      disk.force();
    } catch (IOException e) {
      // the next write says so
    }
  }

  // ---- to the receiver

  /**
   * Returns the oldest events; none if there are none within the time. They are the caller's until
   * it says what became of them.
   */
  List<Event> next(int most, Duration longest) throws InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    synchronized (this) {
      while (true) {
        if (onDisk > 0) {
          break;
        }
        if (broken != null && holder == Holder.NOBODY && !waiting.isEmpty()) {
          hold(Holder.DELIVERER, Math.min(most, waiting.size()));
          return List.copyOf(waiting.subList(0, held));
        }
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return List.of();
        }
        wait(left);
      }
    }
    return fromDisk(most);
  }

  private List<Event> fromDisk(int most) throws InterruptedException {
    try {
      long lost = disk.lost();
      QueueFiles.Batch read = disk.read(most);
      losses.add(disk.lost() - lost, "files in '%s' are damaged or missing".formatted(folder));
      List<Event> events = new ArrayList<>();
      for (String line : read.lines()) {
        events.add(Event.read(line));
      }
      batch = read;
      if (events.isEmpty()) {
        settle();
      }
      return events;
    } catch (IOException e) {
      losses.sayIfDue();
      reports.accept("the queue '%s' cannot be read: %s".formatted(folder, e.getMessage()));
      Thread.sleep(Duration.ofSeconds(1).toMillis());
      return List.of();
    }
  }

  private void settle() {
    int lines = disk.lines();
    synchronized (this) {
      onDisk = lines;
    }
  }

  /** The receiver has the events that {@link #next} returned. */
  void delivered(int count) {
    boolean known = remove(count);
    synchronized (this) {
      delivered += count;
      if (!known) {
        delivered -= count; // they were counted when the full queue dropped them
      }
    }
  }

  /** The receiver will not take them. */
  void refused(int count) {
    boolean known = remove(count);
    synchronized (this) {
      refused += known ? count : 0;
    }
  }

  /** They stay, and are returned again. */
  synchronized void failed() {
    if (holder == Holder.DELIVERER) {
      hold(Holder.NOBODY, 0);
      notifyAll();
    }
    batch = null;
  }

  private boolean remove(int count) {
    synchronized (this) {
      if (holder == Holder.DELIVERER) {
        forget(count);
        hold(Holder.NOBODY, 0);
        notifyAll();
        return true;
      }
    }
    QueueFiles.Batch read = batch;
    batch = null;
    boolean known = true;
    try {
      known = read != null && disk.remove(read);
    } catch (IOException e) {
      // after a crash they come again, and the receiver drops them by their ids
    }
    settle();
    return known;
  }

  // ---- counts

  synchronized long delivered() {
    return delivered;
  }

  synchronized long refused() {
    return refused;
  }

  synchronized long queued() {
    return onDisk + (long) waiting.size();
  }

  /** Returns how many are not on disk yet. */
  synchronized int inMemory() {
    return waiting.size();
  }

  long dropped() {
    return losses.total();
  }

  /** Writes what is in memory, and closes the files; events stay in them. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (holder == Holder.DELIVERER) {
        hold(Holder.NOBODY, 0);
      }
      notifyAll();
    }
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    losses.say();
    settle();
    try {
      disk.close();
    } catch (IOException e) {
      reports.accept(OutputException.of(folder, e).getMessage());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
