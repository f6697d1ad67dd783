package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossReportTest {

  private long nanos = 42;

  @Test
  void theFirstLossIsSaidAtOnceAndLaterOnesOnceAMinute() {
    List<String> said = new ArrayList<>();
    LossReport report = new LossReport("events dropped", said::add, () -> nanos);
    report.add(1, "full");
    report.add(2, "full");
    nanos += 59_000_000_000L;
    report.sayIfDue();
    assertThat(said).containsExactly("events dropped: 1 (full)");
    nanos += 1_000_000_000L;
    report.sayIfDue();
    report.add(4, "away");
    assertThat(said).containsExactly("events dropped: 1 (full)", "events dropped: 2 (full)");
    report.say();
    report.say();
    assertThat(said).hasSize(3).last().isEqualTo("events dropped: 4 (away)");
    assertThat(report.total()).isEqualTo(7);
  }
}
