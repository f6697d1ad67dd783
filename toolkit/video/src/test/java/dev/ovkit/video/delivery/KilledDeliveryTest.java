package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a program with events on disk. */
@Tag("integration")
class KilledDeliveryTest {

  @TempDir Path temp;

  private Process start(String url) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KilledDelivery.class.getName(),
            temp.toString(),
            url)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Returns the number of the last event that was on disk for sure when it was killed. */
  private static int kill(Process process, int after) throws IOException, InterruptedException {
    int last = -1;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = Integer.parseInt(line);
        if (last == after) {
          process.toHandle().destroyForcibly(); // what it has printed can still be read
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return last;
  }

  @Test
  void whatIsOnDiskIsDeliveredByTheNextRun() throws Exception {
    int port;
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 200)) {
      port = endpoint.port();
    }
    int last = kill(start("http://127.0.0.1:" + port), 300);
    assertThat(last).isGreaterThanOrEqualTo(300);
    QueueOptions queue = new QueueOptions(temp, QueueOptions.DEFAULT_BYTES);
    List<String> reports = new ArrayList<>();
    try (TestEndpoint endpoint = new TestEndpoint(port, request -> 200)) {
      try (Delivery delivery =
          Delivery.toWebhook(WebhookOptions.of(endpoint.url()), queue, reports::add)) {
        // One more may have reached the disk before its number was printed.
        assertThat(endpoint.await(last + 1).subList(0, last + 1))
            .isEqualTo(TestEvents.ids(0, last + 1));
        assertThat(delivery.counts().dropped()).isZero();
      }
      assertThat(endpoint.ids()).doesNotHaveDuplicates().hasSizeBetween(last + 1, last + 2);
    }
    assertThat(reports).isEmpty();
  }

  @Test
  void whatWasOnItsWayComesAgainUnderTheSameId() throws Exception {
    QueueOptions queue = new QueueOptions(temp, QueueOptions.DEFAULT_BYTES);
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 200)) {
      int last = kill(start(endpoint.url()), 400);
      int before = endpoint.ids().size();
      assertThat(before).as("it was killed while it delivered").isPositive();
      try (Delivery delivery =
          Delivery.toWebhook(WebhookOptions.of(endpoint.url()), queue, line -> {})) {
        assertThat(delivery.counts().dropped()).isZero();
      }
      List<String> unique = new ArrayList<>(new LinkedHashSet<>(endpoint.ids()));
      assertThat(unique.subList(0, last + 1)).isEqualTo(TestEvents.ids(0, last + 1));
      assertThat(endpoint.ids().size() - unique.size())
          .as("no more than the last request is repeated")
          .isLessThanOrEqualTo(Deliverer.MOST_EVENTS);
    }
  }
}
