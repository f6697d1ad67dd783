package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryTest {

  static final Delivery.Pauses SHORT =
      new Delivery.Pauses(Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofMillis(500));

  @TempDir Path temp;

  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  private QueueOptions queue() {
    return new QueueOptions(temp.resolve("queue"), 1 << 20);
  }

  private Delivery start(Deliverer deliverer) {
    return Delivery.start("webhook", deliverer, queue(), SHORT, reports::add);
  }

  private Delivery start(WebhookOptions options) {
    return start(WebhookDeliverer.of(options));
  }

  private static void add(Delivery delivery, int from, int to) {
    for (int i = from; i < to; i++) {
      delivery.add(TestEvents.event(i));
    }
  }

  @Test
  void eventsArriveOnceAndInTheirOrder() throws Exception {
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 204)) {
      Delivery delivery = start(WebhookOptions.of(endpoint.url()));
      add(delivery, 0, 250);
      awaitDelivered(delivery, 250);
      delivery.close();
      assertThat(endpoint.ids()).isEqualTo(TestEvents.ids(0, 250));
      assertThat(delivery.counts()).isEqualTo(new DeliveryCounts("webhook", 250, 0, 0, 0, 0));
      assertThat(reports).isEmpty();
    }
  }

  @Test
  void anEndpointThatIsAwayGetsAllWhenItIsBackAndAgainAfterARestart() throws Exception {
    int port;
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 200)) {
      port = endpoint.port();
    }
    try (Delivery delivery = start(WebhookOptions.of("http://127.0.0.1:%d/a".formatted(port)))) {
      add(delivery, 0, 150);
      awaitRetries(delivery, 2);
      try (TestEndpoint endpoint = new TestEndpoint(port, request -> 200)) {
        assertThat(endpoint.await(150)).isEqualTo(TestEvents.ids(0, 150));
        awaitDelivered(delivery, 150);
      }
      long before = delivery.counts().retries();
      add(delivery, 150, 200);
      awaitRetries(delivery, before + 1);
      try (TestEndpoint endpoint = new TestEndpoint(port, request -> 200)) {
        assertThat(endpoint.await(50)).isEqualTo(TestEvents.ids(150, 200));
        awaitDelivered(delivery, 200);
      }
    }
    String away = "http://127.0.0.1:%d: no connection; events wait, trying again".formatted(port);
    assertThat(reports.get(0)).isEqualTo(away);
    assertThat(reports.get(1)).matches("it works again; events waiting: \\d+");
  }

  private static void awaitDelivered(Delivery delivery, long count) throws InterruptedException {
    while (delivery.counts().delivered() < count || delivery.counts().queued() > 0) {
      Thread.sleep(1);
    }
  }

  private static void awaitRetries(Delivery delivery, long count) throws InterruptedException {
    while (delivery.counts().retries() < count) {
      Thread.sleep(1);
    }
  }

  @Test
  void anEndpointThatIsBusyIsTriedAgain() throws Exception {
    int[] answers = {503, 429, 408, 500};
    try (TestEndpoint endpoint =
        new TestEndpoint(0, request -> request < answers.length ? answers[request] : 200)) {
      // It asks for seven seconds after each of them, for which nobody wants to wait here.
      WebhookDeliverer webhook = WebhookDeliverer.of(WebhookOptions.of(endpoint.url()));
      Deliverer impatient =
          new Deliverer() {
            @Override
            public void deliver(List<Event> events) throws DeliveryException, InterruptedException {
              try {
                webhook.deliver(events);
              } catch (DeliveryException e) {
                assertThat(e.after()).contains(Duration.ofSeconds(7));
                throw DeliveryException.later(e.getMessage());
              }
            }

            @Override
            public void close() {}
          };
      try (Delivery delivery = start(impatient)) {
        add(delivery, 0, 1);
        assertThat(endpoint.await(1)).containsExactly("id-0");
        awaitDelivered(delivery, 1);
        assertThat(delivery.counts().retries()).isEqualTo(4);
      }
      assertThat(reports)
          .extracting(line -> line.replaceFirst("http://127.0.0.1:\\d+: ", ""))
          .containsExactly(
              "HTTP 503; events wait, trying again",
              "HTTP 429; events wait, trying again",
              "HTTP 408; events wait, trying again",
              "HTTP 500; events wait, trying again",
              "it works again; events waiting: 0");
    }
  }

  @Test
  void whatAnEndpointRefusesIsDroppedCountedAndSaid() throws Exception {
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> request == 0 ? 400 : 200)) {
      Delivery delivery = start(WebhookOptions.of(endpoint.url()));
      add(delivery, 0, 1);
      endpoint.awaitRequests(1);
      add(delivery, 1, 3);
      awaitDelivered(delivery, 2);
      delivery.close();
      assertThat(endpoint.ids()).containsExactly("id-1", "id-2");
      assertThat(delivery.counts()).isEqualTo(new DeliveryCounts("webhook", 2, 0, 0, 1, 0));
      assertThat(reports)
          .containsExactly(
              "events refused and dropped: 1 (http://127.0.0.1:%d: HTTP 400)"
                  .formatted(endpoint.port()));
    }
  }

  @Test
  void aReceiverThatHangsHoldsUpNobodyAndWhatWaitsIsForTheNextRun() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    Deliverer hanging =
        new Deliverer() {
          @Override
          public void deliver(List<Event> events) throws InterruptedException {
            entered.countDown();
            never.await();
          }

          @Override
          public void close() {}
        };
    Delivery delivery = start(hanging);
    add(delivery, 0, 1);
    entered.await();
    add(delivery, 1, 2000);
    delivery.close();
    assertThat(delivery.counts()).isEqualTo(new DeliveryCounts("webhook", 0, 2000, 0, 0, 0));
    assertThat(reports).containsExactly("events on disk for the next run: 2000");
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 200);
        Delivery next = start(WebhookOptions.of(endpoint.url()))) {
      assertThat(endpoint.await(2000)).isEqualTo(TestEvents.ids(0, 2000));
      assertThat(next.counts().dropped()).isZero();
    }
  }

  @Test
  void pausesGrowToTheLongest() {
    Delivery.Pauses pauses = Delivery.Pauses.USUAL;
    Random random = new Random(1);
    long[] most = {500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000};
    for (int i = 0; i < most.length; i++) {
      assertThat(pauses.after(i + 1, random).toMillis())
          .isBetween(most[i] * 3 / 4, most[i] * 5 / 4);
    }
    assertThat(pauses.after(1_000_000, random)).isLessThan(Duration.ofSeconds(38));
  }
}
