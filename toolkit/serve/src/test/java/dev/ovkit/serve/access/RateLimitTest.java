package dev.ovkit.serve.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

  private static final long SECOND = 1_000_000_000;

  /** As System.nanoTime may be. */
  private final AtomicLong now = new AtomicLong(-5 * SECOND);

  private int allowed(RateLimit limit, String client, int times) {
    int allowed = 0;
    for (int i = 0; i < times; i++) {
      allowed += limit.ask(client).isEmpty() ? 1 : 0;
    }
    return allowed;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50})
  void asManyAsASecondAllowsAreAllowedAtOnceAndThenOneByOne(int perSecond) {
    RateLimit limit = new RateLimit(perSecond, now::get);
    assertThat(allowed(limit, "a", 200)).isEqualTo(perSecond);
    Duration wait = limit.ask("a").orElseThrow();
    assertThat(wait).isBetween(Duration.ofNanos(1), Duration.ofNanos(SECOND / perSecond));
    now.addAndGet(wait.toNanos() - 1);
    assertThat(limit.ask("a")).contains(Duration.ofNanos(1));
    now.addAndGet(1);
    assertThat(allowed(limit, "a", 200)).isEqualTo(1);
    now.addAndGet(100 * SECOND);
    assertThat(allowed(limit, "a", 200)).isEqualTo(perSecond);
  }

  @Test
  void clientsDoNotTakeFromEachOther() {
    RateLimit limit = new RateLimit(2, now::get);
    assertThat(allowed(limit, "a", 9)).isEqualTo(2);
    assertThat(allowed(limit, "b", 9)).isEqualTo(2);
  }

  /** Those that asked last are known, so that many clients take no more memory. */
  @Test
  void theEldestClientIsForgotten() {
    RateLimit limit = new RateLimit(1, now::get);
    assertThat(allowed(limit, "first", 2)).isEqualTo(1);
    for (int i = 0; i < 9_999; i++) {
      assertThat(limit.ask("client " + i)).isEmpty();
    }
    assertThat(limit.ask("client 0")).isPresent();
    assertThat(limit.ask("first")).isPresent();
    for (int i = 0; i < 10_000; i++) {
      assertThat(limit.ask("other " + i)).isEmpty();
    }
    assertThat(limit.ask("first")).isEmpty();
  }
}
