package dev.ovkit.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When changed settings still find the same. */
class AgreementTest {

  private static final double THRESHOLD = 0.25;

  /** Boxes beside each other, each as sure as the other. */
  private static List<Detection> boxes(int count, double score, double shift) {
    List<Detection> boxes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boxes.add(
          new Detection("part", 0, (float) score, new Box((float) (100 * i + shift), 0, 50, 50)));
    }
    return boxes;
  }

  private static Agreement agreement(List<Detection> first, List<Detection> second) {
    return Agreement.of(List.of(first), List.of(second), THRESHOLD);
  }

  @Test
  void theSameBoxesAgree() {
    Agreement same = agreement(boxes(20, 0.9, 0), boxes(20, 0.8, 0));
    assertThat(same.pairs()).isEqualTo(20);
    assertThat(same.meanIou()).isEqualTo(1);
    assertThat(same.maxScoreDifference()).isBetween(0.099, 0.101);
    assertThat(same.holds()).isTrue();
  }

  @Test
  void twoOfTwentyMissingIsTooMany() {
    assertThat(agreement(boxes(20, 0.9, 0), boxes(19, 0.9, 0)).holds()).isTrue();
    assertThat(agreement(boxes(20, 0.9, 0), boxes(17, 0.9, 0)).holds()).isFalse();
    assertThat(agreement(boxes(17, 0.9, 0), boxes(20, 0.9, 0)).gained()).isEqualTo(3);
  }

  @Test
  void aBoxAtTheThresholdMayComeAndGo() {
    List<Detection> more = new ArrayList<>(boxes(3, 0.9, 0));
    more.addAll(boxes(20, 0.27, 10_000));
    assertThat(agreement(more, boxes(3, 0.9, 0)).holds()).isTrue();
  }

  @Test
  void shiftedBoxesDoNotAgree() {
    Agreement shifted = agreement(boxes(20, 0.9, 0), boxes(20, 0.9, 10));
    assertThat(shifted.share()).isEqualTo(1);
    assertThat(shifted.holds()).isFalse();
  }

  @Test
  void noBoxesProveNothing() {
    assertThat(agreement(List.of(), List.of()).holds()).isFalse();
  }
}
