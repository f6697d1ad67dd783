package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events at a real Kafka broker, which is killed and comes back. */
@Tag("integration")
class KafkaDeliveryTest {

  @TempDir Path temp;

  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  /** Returns the events of the topic by their keys, in the order of their partitions. */
  private static Map<String, List<String>> read(int port, String topic, int count) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", "127.0.0.1:" + port);
    properties.put("auto.offset.reset", "earliest");
    Map<String, List<String>> found = new LinkedHashMap<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(one -> new TopicPartition(topic, one.partition()))
              .toList());
      for (int have = 0; have < count; ) {
        for (ConsumerRecord<String, String> one : consumer.poll(Duration.ofSeconds(1))) {
          found.computeIfAbsent(one.key(), key -> new ArrayList<>()).add(one.value());
          have++;
        }
      }
    }
    return found;
  }

  private static List<String> expected(int from, int to) {
    List<String> events = new ArrayList<>();
    for (int i = from; i < to; i += 2) {
      events.add(TestEvents.event(i).json());
    }
    return events;
  }

  @Test
  void eventsOfEachCameraArriveInTheirOrderAlsoWhenTheBrokerIsKilledInBetween() throws Exception {
    int port = Mosquitto.freePort();
    int controller = Mosquitto.freePort();
    KafkaOptions options = KafkaOptions.of("127.0.0.1:" + port).withTopic("belt");
    QueueOptions queue = new QueueOptions(temp.resolve("queue"), 1 << 20);
    int count = 600;
    try (Delivery delivery =
        Delivery.start(
            "kafka", KafkaDeliverer.of(options), queue, DeliveryTest.SHORT, reports::add)) {
      try (KafkaBroker broker = KafkaBroker.start(temp, port, controller)) {
        for (int i = 0; i < count / 2; i++) {
          delivery.add(TestEvents.event(i));
        }
        while (delivery.counts().delivered() < 100) {
          Thread.sleep(1);
        }
      }
      for (int i = count / 2; i < count; i++) {
        delivery.add(TestEvents.event(i));
      }
      try (KafkaBroker broker = KafkaBroker.start(temp, port, controller)) {
        while (delivery.counts().delivered() < count) {
          Thread.sleep(1);
        }
        Map<String, List<String>> found = read(port, "belt", count);
        assertThat(found).containsOnlyKeys("door", "yard \"é\"");
        assertThat(new ArrayList<>(new LinkedHashSet<>(found.get("door"))))
            .isEqualTo(expected(0, count));
        assertThat(new ArrayList<>(new LinkedHashSet<>(found.get("yard \"é\""))))
            .isEqualTo(expected(1, count));
      }
      assertThat(delivery.counts().dropped() + delivery.counts().refused()).isZero();
    }
  }
}
