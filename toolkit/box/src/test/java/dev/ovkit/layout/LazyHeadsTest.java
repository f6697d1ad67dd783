package dev.ovkit.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.Head;
import dev.ovkit.layout.LazyHeads.LazyHead;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A head's convolution computed cell by cell gives what it gives as a whole. */
class LazyHeadsTest {

  /** A head of random numbers, whole and lazy. */
  private static final class Case {
    final Random random;
    final int anchors;
    final int classes;
    final int channels;
    final int rows;
    final int columns;
    final float[] weights;
    final FloatBuffer features;
    final FloatBuffer objectness;
    final FloatBuffer whole;

    Case(int seed) {
      random = new Random(seed);
      anchors = 1 + random.nextInt(4);
      classes = 1 + random.nextInt(90);
      channels = 1 + random.nextInt(140);
      rows = 1 + random.nextInt(6);
      columns = 1 + random.nextInt(6);
      int outputs = anchors * (5 + classes);
      int cells = rows * columns;
      weights = gaussian((channels + 1) * outputs, 0.3f);
      features = FloatBuffer.wrap(gaussian(channels * cells, 1));
      whole = FloatBuffer.allocate(outputs * cells);
      objectness = FloatBuffer.allocate(anchors * cells);
      for (int out = 0; out < outputs; out++) {
        for (int cell = 0; cell < cells; cell++) {
          double sum = weights[channels * outputs + out];
          for (int in = 0; in < channels; in++) {
            sum += (double) weights[in * outputs + out] * features.get(in * cells + cell);
          }
          whole.put(out * cells + cell, (float) sum);
          if (out % (5 + classes) == 4) {
            objectness.put(out / (5 + classes) * cells + cell, (float) sum);
          }
        }
      }
    }

    private float[] gaussian(int count, float deviation) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian() * deviation;
      }
      return values;
    }

    Head head() {
      List<Anchor> priors = new ArrayList<>();
      for (int a = 0; a < anchors; a++) {
        priors.add(new Anchor(10 + a, 20 + a));
      }
      return new Head("objectness", 8, priors);
    }

    InputSize size() {
      return new InputSize(8 * columns, 8 * rows);
    }

    Candidates lazy(float threshold) {
      Candidates candidates = new Candidates();
      new LazyHeads(List.of(new LazyHead(head(), "features", channels)), classes)
          .decoder(
              size(),
              name ->
                  List.of(
                      1L,
                      name.equals("features") ? channels : (long) anchors,
                      (long) rows,
                      (long) columns),
              List.of(weights))
          .decode(List.of(objectness, features), threshold, candidates);
      return candidates;
    }

    Candidates whole(float threshold) {
      Candidates candidates = new Candidates();
      long channels = (long) anchors * (5 + classes);
      new RawHeads(List.of(head()), classes)
          .decoder(size(), name -> List.of(1L, channels, (long) rows, (long) columns))
          .decode(List.of(whole), threshold, candidates);
      return candidates;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void theCandidatesAreThoseOfTheWholeHeadAtEveryThreshold(int seed) {
    Case c = new Case(seed);
    for (float threshold : new float[] {0, 0.01f, 0.3f, 0.7f, 1}) {
      Candidates expected = c.whole(threshold);
      Candidates actual = c.lazy(threshold);

      assertThat(actual.count).isEqualTo(expected.count);
      for (int i = 0; i < expected.count; i++) {
        assertThat(actual.classId[i]).isEqualTo(expected.classId[i]);
        assertThat(actual.score[i]).isCloseTo(expected.score[i], within(1e-4f));
        assertThat(actual.x1[i]).isCloseTo(expected.x1[i], within(1e-2f));
        assertThat(actual.y2[i]).isCloseTo(expected.y2[i], within(1e-2f));
      }
    }
    assertThat(c.lazy(0).count).isEqualTo(c.anchors * c.rows * c.columns);
  }

  @Test
  void moreWeightsThanAnyHeadHasAreRefused() {
    Head head = new Head("o", 8, List.of(new Anchor(1, 1)));
    assertThatThrownBy(
            () -> new LazyHeads(List.of(new LazyHead(head, "features", Integer.MAX_VALUE)), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a head of 2147483647 channels and 1 classes has more than 268435456 weights");
  }

  @Test
  void weightsAreAskedForByName() {
    HeadLayout lazy =
        new LazyHeads(
            List.of(new LazyHead(new Head("o", 8, List.of(new Anchor(1, 1))), "features", 2)), 1);
    assertThatThrownBy(
            () ->
                lazy.decoders(null)
                    .create(
                        new InputSize(8, 8),
                        name -> List.of(1L, name.equals("o") ? 1L : 2L, 1L, 1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lazy heads are read with the weights of their IR");
  }
}
