package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventIdsTest {

  @Test
  void idsOfOneMomentAndOfTwoRunsDifferAndSortByTime() {
    EventIds ids = new EventIds();
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      made.add(ids.next(1_764_500_000_000L + i / 100));
    }
    assertThat(made).isSorted().allMatch(id -> id.matches("[0-9A-HJKMNP-TV-Z]{26}"));
    EventIds others = new EventIds();
    for (int i = 0; i < 10_000; i++) {
      made.add(others.next(1_764_500_000_000L + i / 100));
    }
    assertThat(new HashSet<>(made)).hasSize(20_000);
  }

  @Test
  void theTimeIsItsBeginning() {
    assertThat(new EventIds().next(1_469_918_176_385L)).startsWith("01ARYZ6S41");
  }
}
