package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Delivers events to one receiver, in their order, at least once: a queue on disk, and a thread
 * that empties it. A receiver that is away or busy is tried again after half a second, then one,
 * two, four, up to thirty, each a quarter more or less. {@link #add} never waits.
 */
public final class Delivery implements AutoCloseable {

  /**
   * How long a receiver is left alone.
   *
   * @param first after the first failure
   * @param longest to which it grows
   * @param end how long the end waits for a receiver that works
   */
  record Pauses(Duration first, Duration longest, Duration end) {
    static final Pauses USUAL =
        new Pauses(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(5));

    Duration after(int failures, Random random) {
      double grown = first.toNanos() * Math.pow(2, Math.min(failures, 30) - 1.0);
      double quarter = 0.75 + random.nextDouble() / 2;
      return Duration.ofNanos((long) (Math.min(grown, (double) longest.toNanos()) * quarter));
    }
  }

  /** More than this a receiver cannot ask for. */
  private static final Duration LONGEST_WISH = Duration.ofHours(1);

  private static final Duration POLL = Duration.ofSeconds(1);

  private final String name;
  private final Deliverer deliverer;
  private final EventQueue queue;
  private final Pauses pauses;
  private final Consumer<String> reports;
  private final LossReport refusals;
  private final Random random = new Random();
  private final Thread thread;
  private final AtomicLong retries = new AtomicLong();
  private final AtomicInteger failures = new AtomicInteger(); // in a row
  private volatile boolean ending;
  private String said = ""; // of the thread

  private Delivery(
      String name,
      Deliverer deliverer,
      QueueOptions options,
      Pauses pauses,
      Consumer<String> reports) {
    this.name = name;
    this.deliverer = deliverer;
    this.pauses = pauses;
    this.reports = reports;
    this.queue = EventQueue.open(options.folder().resolve(name), options.mostBytes(), reports);
    this.refusals = new LossReport("events refused and dropped", reports);
    this.thread = new Thread(this::run, "ovkit-deliver-" + name);
    thread.setDaemon(true);
  }

  /** Begins to deliver, with what an earlier run has left in the queue. */
  static Delivery start(
      String name,
      Deliverer deliverer,
      QueueOptions options,
      Pauses pauses,
      Consumer<String> reports) {
    Delivery delivery = new Delivery(name, deliverer, options, pauses, reports);
    delivery.thread.start();
    return delivery;
  }

  /**
   * Begins to deliver to an HTTP endpoint.
   *
   * @param reports takes a line about a receiver that is away, and about losses
   * @throws dev.ovkit.OptionException when the token is not there, or another process uses the
   *     queue
   */
  public static Delivery toWebhook(
      WebhookOptions options, QueueOptions queue, Consumer<String> reports) {
    return start("webhook", WebhookDeliverer.of(options), queue, Pauses.USUAL, reports);
  }

  /** Begins to deliver to an MQTT broker. */
  public static Delivery toMqtt(
      MqttConnection connection, QueueOptions queue, Consumer<String> reports) {
    return start("mqtt", connection.deliverer(), queue, Pauses.USUAL, reports);
  }

  /**
   * Begins to deliver to Kafka.
   *
   * @throws OptionException when its library is not there
   */
  public static Delivery toKafka(
      KafkaOptions options, QueueOptions queue, Consumer<String> reports) {
    try {
      Class.forName("org.apache.kafka.clients.producer.KafkaProducer");
    } catch (ClassNotFoundException e) {
      throw new OptionException(
          "Kafka needs the library kafka-clients, which is not on the class path; run ./ovkit of a checkout, or add org.apache.kafka:kafka-clients",
          e);
    }
    return start("kafka", KafkaDeliverer.of(options), queue, Pauses.USUAL, reports);
  }

  /** Adds an event. Returns at once. */
  public void add(Event event) {
    queue.add(event);
  }

  /** Returns how many events are not on disk yet. */
  int inMemory() {
    return queue.inMemory();
  }

  private void run() {
    try {
      while (!ending) {
        List<Event> events = queue.next(Deliverer.MOST_EVENTS, POLL);
        if (!events.isEmpty()) {
          attempt(events);
        }
        refusals.sayIfDue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(List<Event> events) throws InterruptedException {
    try {
      deliverer.deliver(events);
      queue.delivered(events.size());
      worked();
    } catch (DeliveryException e) {
      if (e.isRefused()) {
        queue.refused(events.size());
        refusals.add(events.size(), e.getMessage());
        worked();
      } else {
        failed(e.getMessage(), e.after());
      }
    } catch (InterruptedException e) {
      queue.failed();
      throw e;
    } catch (RuntimeException e) { // whatever a library does, the thread goes on
      failed("%s: %s".formatted(name, e.getMessage()), Optional.empty());
    }
  }

  private void failed(String message, Optional<Duration> wish) throws InterruptedException {
    queue.failed();
    retries.incrementAndGet();
    if (!said.equals(message)) {
      said = message;
      reports.accept(message + "; events wait, trying again");
    }
    Duration pause = pauses.after(failures.incrementAndGet(), random);
    Duration longer = wish.filter(it -> it.compareTo(pause) > 0).orElse(pause);
    Thread.sleep((longer.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : longer).toMillis());
  }

  private void worked() {
    if (failures.getAndSet(0) > 0) {
      said = "";
      reports.accept("it works again; events waiting: %d".formatted(queue.queued()));
    }
  }

  /** Returns what became of the events so far. */
  public DeliveryCounts counts() {
    return new DeliveryCounts(
        name, queue.delivered(), queue.queued(), queue.dropped(), queue.refused(), retries.get());
  }

  /**
   * Ends: a receiver that works gets what waits, for at most five seconds; the rest stays on disk
   * for the next run.
   */
  @Override
  public void close() {
    boolean interrupted = false;
    try {
      long end = System.nanoTime() + pauses.end().toNanos();
      while (failures.get() == 0
          && queue.queued() > 0
          && System.nanoTime() < end
          && thread.isAlive()) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    ending = true;
    thread.interrupt();
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    deliverer.close();
    queue.close();
    refusals.say();
    long left = queue.queued();
    if (left > 0) {
      reports.accept("events on disk for the next run: %d".formatted(left));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
