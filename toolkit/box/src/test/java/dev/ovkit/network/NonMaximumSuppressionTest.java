package dev.ovkit.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.head.Candidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonMaximumSuppressionTest {

  private static Candidates random(Random random, int count, int classes, boolean ties) {
    Candidates boxes = new Candidates();
    for (int i = 0; i < count; i++) {
      float score = random.nextFloat();
      boxes.add(
          random.nextFloat() * 640,
          random.nextFloat() * 640,
          1 + random.nextFloat() * 150,
          1 + random.nextFloat() * 150,
          ties ? Math.round(score * 20) / 20f : score,
          random.nextInt(classes));
    }
    return boxes;
  }

  /** All pairs, in the same arithmetic. */
  private static List<Integer> bruteForce(
      Candidates b, float iou, boolean agnostic, int mostCandidates, int mostKept) {
    List<Integer> order =
        IntStream.range(0, b.count)
            .boxed()
            .sorted(Comparator.comparing((Integer i) -> b.score[i]).reversed())
            .limit(mostCandidates)
            .toList();
    boolean[] gone = new boolean[b.count];
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < order.size() && kept.size() < mostKept; i++) {
      int strong = order.get(i);
      if (gone[strong]) {
        continue;
      }
      kept.add(strong);
      for (int j = i + 1; j < order.size(); j++) {
        int weak = order.get(j);
        if (agnostic || b.classId[weak] == b.classId[strong]) {
          float w = Math.min(b.x2[weak], b.x2[strong]) - Math.max(b.x1[weak], b.x1[strong]);
          float h = Math.min(b.y2[weak], b.y2[strong]) - Math.max(b.y1[weak], b.y1[strong]);
          if (w > 0 && h > 0) {
            float both = w * h;
            float weakArea = (b.x2[weak] - b.x1[weak]) * (b.y2[weak] - b.y1[weak]);
            float strongArea = (b.x2[strong] - b.x1[strong]) * (b.y2[strong] - b.y1[strong]);
            gone[weak] |= both > iou * (weakArea + strongArea - both);
          }
        }
      }
    }
    return kept;
  }

  private static List<Integer> kept(NonMaximumSuppression nms) {
    return IntStream.range(0, nms.keptCount()).map(nms::kept).boxed().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, false, false", "1, 1, false, false", "2, 1, true, true", "300, 80, false, false",
    "300, 80, true, false", "3000, 3, false, true", "3000, 3, true, true", "5000, 80, false, true"
  })
  void keepsWhatAllPairsKeep(int count, int classes, boolean agnostic, boolean ties) {
    NonMaximumSuppression nms = new NonMaximumSuppression();
    for (int seed = 0; seed < 5; seed++) {
      Candidates boxes = random(new Random(seed), count, classes, ties);
      for (float iou : new float[] {0, 0.3f, 0.45f, 0.9f, 1}) {
        for (int most : new int[] {10, 300, 100_000}) {
          nms.run(boxes, classes, iou, agnostic, Math.max(1, count / 2), most);
          assertThat(kept(nms))
              .isEqualTo(bruteForce(boxes, iou, agnostic, Math.max(1, count / 2), most));
          nms.run(boxes, classes, iou, agnostic, 30_000, most);
          assertThat(kept(nms)).isEqualTo(bruteForce(boxes, iou, agnostic, 30_000, most));
        }
      }
    }
  }

  @Test
  void thirtyThousandBoxesAreTheSame() {
    Candidates boxes = random(new Random(1), 30_000, 80, false);
    NonMaximumSuppression nms = new NonMaximumSuppression();
    nms.run(boxes, 80, 0.45f, false, 30_000, 300);
    assertThat(kept(nms)).isEqualTo(bruteForce(boxes, 0.45f, false, 30_000, 300));
  }

  @Test
  void whatACapLeavesOutIsCounted() {
    Candidates boxes = random(new Random(1), 1000, 1, false);
    NonMaximumSuppression nms = new NonMaximumSuppression();
    nms.run(boxes, 1, 0.45f, false, 30_000, 30_000);
    assertThat(nms.leftOut()).isZero();
    nms.run(boxes, 1, 0.45f, false, 600, 30_000);
    assertThat(nms.leftOut()).isEqualTo(400);
    nms.run(boxes, 1, 1f, false, 30_000, 100);
    assertThat(nms.leftOut()).isEqualTo(900);
  }

  @Test
  void theLargestKeysAreMovedLast() {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      int n = 1 + random.nextInt(500);
      long[] keys = random.longs(n, 0, round % 2 == 0 ? 10 : Long.MAX_VALUE).toArray();
      if (round % 5 == 0) {
        Arrays.sort(keys);
      }
      int count = random.nextInt(n + 1);
      long[] expected = keys.clone();
      Arrays.sort(expected);
      NonMaximumSuppression.moveLargestLast(keys, n, count);
      Arrays.sort(keys, n - count, n);
      assertThat(Arrays.copyOfRange(keys, n - count, n))
          .isEqualTo(Arrays.copyOfRange(expected, n - count, n));
    }
  }

  /** All pairs; a box that went itself still suppresses others. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, false, 0.45",
    "200, 3, false, 0.45",
    "200, 3, true, 0.3",
    "600, 1, false, 0.7"
  })
  void keepsRotatedBoxesThatNoStrongerOneOverlaps(
      int count, int classes, boolean agnostic, float iou) {
    NonMaximumSuppression nms = new NonMaximumSuppression();
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      Candidates boxes = random(random, count, classes, false);
      boxes.rotated = true;
      for (int i = 0; i < count; i++) {
        boxes.angle[i] = random.nextFloat() * 3;
      }
      RotatedOverlap overlap = new RotatedOverlap();
      overlap.load(boxes, iou);
      List<Integer> expected =
          IntStream.range(0, count)
              .boxed()
              .filter(
                  weak ->
                      IntStream.range(0, count)
                          .filter(strong -> boxes.score[strong] > boxes.score[weak])
                          .filter(
                              strong -> agnostic || boxes.classId[strong] == boxes.classId[weak])
                          .noneMatch(strong -> overlap.probIou(strong, weak) >= iou))
              .sorted(Comparator.comparing((Integer i) -> boxes.score[i]).reversed())
              .toList();
      nms.run(boxes, classes, iou, agnostic, 30_000, 30_000);
      assertThat(kept(nms)).isEqualTo(expected);
      assertThat(nms.leftOut()).isZero();
    }
  }
}
