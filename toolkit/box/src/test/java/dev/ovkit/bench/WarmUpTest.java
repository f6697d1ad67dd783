package dev.ovkit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** When a warm-up ends; the clock is the test's. */
class WarmUpTest {

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // the clock may turn over
  private int made;

  @Test
  void steadyTimesNeedThreeWindows() {
    assertThat(run(() -> 10)).isEqualTo(new WarmUp.Result(30, true));
  }

  @Test
  void timesThatStillFallAreWaitedFor() {
    WarmUp.Result result = run(() -> made < 40 ? 20 - 0.2 * made : 12);
    assertThat(result).isEqualTo(new WarmUp.Result(70, true));
  }

  @Test
  void aSinglePauseDoesNotMatter() {
    assertThat(run(() -> made % 10 == 3 ? 500 : 10)).isEqualTo(new WarmUp.Result(30, true));
  }

  @Test
  void timesThatNeverSettleEndWithTheCap() {
    WarmUp.Result result = run(() -> made / 10 % 2 == 0 ? 10 : 10.3);
    assertThat(result.stable()).isFalse();
    assertThat(result.passes()).isEqualTo(100);
  }

  @Test
  void noTimeIsNoWarmUp() {
    assertThat(new WarmUp(Duration.ZERO, now::get).run(() -> 1, () -> false))
        .isEqualTo(new WarmUp.Result(0, false));
  }

  @Test
  void itStopsWhenAsked() {
    assertThat(new WarmUp(Duration.ofSeconds(10), now::get).run(this::pass, () -> made == 7))
        .isEqualTo(new WarmUp.Result(7, false));
  }

  private double pass() {
    made++;
    return 10;
  }

  /** Each pass takes a tenth of a second of the ten that there are. */
  private WarmUp.Result run(DoubleSupplier time) {
    return new WarmUp(Duration.ofSeconds(10), now::get)
        .run(
            () -> {
              now.addAndGet(100_000_000);
              double taken = time.getAsDouble();
              made++;
              return taken;
            },
            () -> false);
  }
}
