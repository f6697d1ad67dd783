package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to a Kafka topic, with the camera as key, so that those of a camera stay in their
 * order. They are delivered when all in-sync brokers have them. The producer is idempotent: its own
 * repeats are dropped by the brokers.
 */
final class KafkaDeliverer implements Deliverer {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final KafkaOptions options;
  private final Properties properties = new Properties();
  private @Nullable KafkaProducer<String, String> producer;

  private KafkaDeliverer(KafkaOptions options) {
    this.options = options;
  }

  /**
   * Makes one, which does not connect yet.
   *
   * @throws OptionException when the file of properties cannot be read, or has wrong ones
   */
  static KafkaDeliverer of(KafkaOptions options) {
    KafkaDeliverer kafka = new KafkaDeliverer(options);
    Properties all = kafka.properties;
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "20000");
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "10000");
    all.put(ProducerConfig.LINGER_MS_CONFIG, "0");
    all.put(ProducerConfig.CLIENT_ID_CONFIG, "ovkit");
    options
        .properties()
        .ifPresent(
            file -> {
              try (Reader reader = Files.newBufferedReader(file)) {
                all.load(reader);
              } catch (IOException | IllegalArgumentException e) {
                throw new OptionException(
                    "Kafka's properties '%s' cannot be read; expected lines such as security.protocol=SSL"
                        .formatted(file),
                    e);
              }
            });
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, options.servers());
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    return kafka;
  }

  private KafkaProducer<String, String> producer() throws DeliveryException {
    if (producer == null) {
      try {
        producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
      } catch (ConfigException e) { // its message may have a password
        throw DeliveryException.later(
            "Kafka %s: a setting is wrong; see %s"
                .formatted(
                    options.servers(),
                    options.properties().map(Object::toString).orElse("the address")));
      } catch (KafkaException e) {
        throw DeliveryException.later(
            "Kafka %s: no producer; check the address and the properties"
                .formatted(options.servers()));
      }
    }
    return producer;
  }

  @Override
  public void deliver(List<Event> events) throws DeliveryException, InterruptedException {
    KafkaProducer<String, String> open = producer();
    try {
      List<Future<?>> sent = new ArrayList<>();
      for (Event event : events) {
        sent.add(open.send(new ProducerRecord<>(options.topic(), event.camera(), event.json())));
      }
      long end = System.nanoTime() + TIMEOUT.toNanos();
      for (Future<?> one : sent) {
        one.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (org.apache.kafka.common.errors.InterruptException e) {
      throw new InterruptedException();
    } catch (TimeoutException e) {
      discard(); // it would go on trying, beside the attempt that comes
      throw DeliveryException.later(message("no answer within " + TIMEOUT.toSeconds() + " s"));
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (KafkaException e) {
      throw failure(e);
    }
  }

  private DeliveryException failure(@Nullable Throwable cause) {
    if (cause instanceof RecordTooLargeException || cause instanceof InvalidTopicException) {
      return DeliveryException.refused(message(cause.getClass().getSimpleName()));
    }
    discard();
    return DeliveryException.later(
        cause instanceof org.apache.kafka.common.errors.TimeoutException
            ? message("no broker, or no topic of that name")
            : cause instanceof AuthorizationException
                ? message("no permission to write")
                : message(cause == null ? "failed" : cause.getClass().getSimpleName()));
  }

  private String message(String what) {
    return "Kafka %s, topic %s: %s".formatted(options.servers(), options.topic(), what);
  }

  /** A producer that has failed may still hold what is sent again. */
  private void discard() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(CLOSING);
      producer = null;
    }
  }
}
