package dev.ovkit.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.bench.Statistics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** With a time of the test's own, so that every figure is known. */
class ConstantRateTest {

  private static final long MILLI = 1_000_000;

  /** One connection, which takes turns with the server at moving this on. */
  private static final class TestClock implements LoadClock {
    long now = 5_000 * MILLI;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void waitUntil(long nanos, BooleanSupplier stopped) {
      now = Math.max(now, nanos);
    }
  }

  private final TestClock clock = new TestClock();
  private final List<Integer> asked = new ArrayList<>();

  private static LoadOptions options() {
    return LoadOptions.of(
            URI.create("http://127.0.0.1/"), 100, List.of(Path.of("a.jpg"), Path.of("b.jpg")))
        .withConnections(1)
        .withWarmUp(Duration.ZERO);
  }

  /** Answers after a millisecond, but for one request. */
  private PictureServer stalling(int number, long nanos) {
    return (picture, patience) -> {
      clock.now += asked.size() == number ? nanos : MILLI;
      asked.add(picture);
      return RequestEnd.answer(200);
    };
  }

  private LoadTally run(LoadOptions options, PictureServer server) {
    return new ConstantRate(options, server, clock).run(share -> {}, () -> false);
  }

  /**
   * While the server stands still for a second, 100 requests become due. All of them waited for it:
   * number k after the stall began is answered 1000 - 9 k ms after it was due.
   */
  @Test
  void aStallCountsForEveryRequestThatItDelays() {
    LoadReport.Times times = run(options(), stalling(300, 1000 * MILLI)).times().orElseThrow();
    Statistics endToEnd = times.endToEnd().statistics();
    assertThat(endToEnd.count()).isEqualTo(1000);
    assertThat(endToEnd.max()).isCloseTo(1000, within(1.0));
    assertThat(endToEnd.p99()).as("ten of a thousand took longer").isCloseTo(910, within(1.0));
    assertThat(endToEnd.p90()).as("a hundred took longer").isCloseTo(100, within(0.1));
    assertThat(endToEnd.p50()).isCloseTo(1, within(0.001));
    assertThat(times.endToEnd().p999()).isCloseTo(991, within(1.0));
  }

  /** What a client would report that counts from the moment of sending: one slow request. */
  @Test
  void fromTheMomentOfSendingTheStallIsASingleRequest() {
    LoadReport.Times times = run(options(), stalling(300, 1000 * MILLI)).times().orElseThrow();
    Statistics fromSending = times.fromSending().statistics();
    assertThat(fromSending.max()).isCloseTo(1000, within(1.0));
    assertThat(fromSending.p99()).isCloseTo(1, within(0.001));
    Statistics late = times.late().statistics();
    assertThat(late.min()).isZero();
    assertThat(late.max()).as("the first after the stall").isCloseTo(990, within(1.0));
    assertThat(times.endToEnd().distribution().counts().stream().mapToInt(count -> count).sum())
        .isEqualTo(1000 - times.endToEnd().distribution().beyond());
  }

  @Test
  void picturesTakeTurnsAndWarmUpDoesNotCount() {
    LoadTally tally =
        run(
            options().withWarmUp(Duration.ofMillis(50)).withTime(Duration.ofMillis(40)),
            stalling(2, 5 * MILLI));
    assertThat(asked).containsExactly(0, 1, 0, 1, 0, 1, 0, 1, 0);
    assertThat(tally.requests()).isEqualTo(4);
    assertThat(tally.byStatus()).containsOnlyKeys(200).containsEntry(200, 4L);
    assertThat(tally.times().orElseThrow().endToEnd().statistics().max())
        .isCloseTo(1, within(0.001));
  }

  /** A request whose time is over before there is a connection for it is not sent any more. */
  @Test
  void whatCannotBeSentInTimeIsATimeout() {
    LoadTally tally =
        run(
            options().withTime(Duration.ofSeconds(1)).withTimeout(Duration.ofMillis(500)),
            stalling(0, 2000 * MILLI));
    assertThat(asked).hasSize(1);
    assertThat(tally.requests()).isEqualTo(100);
    assertThat(tally.timeouts()).isEqualTo(99);
    assertThat(tally.unsent()).isEqualTo(99);
  }

  /** The time that a request has left counts from when it was due, too. */
  @Test
  void patienceEndsWithTheTimeout() {
    List<Duration> patience = new ArrayList<>();
    PictureServer dead =
        (picture, left) -> {
          patience.add(left);
          clock.now += left.toNanos();
          return RequestEnd.timeout();
        };
    LoadTally tally =
        run(options().withTime(Duration.ofMillis(30)).withTimeout(Duration.ofMillis(500)), dead);
    assertThat(patience)
        .containsExactly(Duration.ofMillis(500), Duration.ofMillis(10), Duration.ofMillis(10));
    assertThat(tally.timeouts()).isEqualTo(3);
    assertThat(tally.unsent()).isZero();
    assertThat(tally.times()).isEmpty();
  }

  @Test
  void endsAreCountedApart() {
    PictureServer moody =
        (picture, left) -> {
          asked.add(picture);
          return switch (asked.size() % 4) {
            case 0 -> RequestEnd.answer(429);
            case 1 -> RequestEnd.answer(201);
            case 2 -> RequestEnd.answer(500);
            default -> RequestEnd.failure("reason " + asked.size());
          };
        };
    LoadTally tally = run(options().withTime(Duration.ofMillis(400)), moody);
    assertThat(tally.byStatus())
        .containsEntry(201, 10L)
        .containsEntry(429, 10L)
        .containsEntry(500, 10L);
    assertThat(tally.failures()).isEqualTo(10);
    assertThat(tally.failure()).contains("reason 3");
    assertThat(tally.times().orElseThrow().endToEnd().statistics().count()).isEqualTo(10);
  }

  @Test
  void stoppedItSendsNoMore() {
    LoadTally tally =
        new ConstantRate(options(), stalling(-1, 0), clock)
            .run(share -> {}, () -> asked.size() >= 7);
    assertThat(tally.requests()).isEqualTo(7);
  }
}
