package dev.ovkit.verify;

import dev.ovkit.model.HeadLayout;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which raw outputs of two models are to be compared: those that share a name, and of the others
 * those of the same shape, in order.
 */
final class OutputPairs {

  /** One output in both, by their places. */
  record Places(int first, int second, boolean named) {}

  private final List<Places> places = new ArrayList<>();
  private final List<String> unpaired = new ArrayList<>();

  OutputPairs(ModelPair contest, Answer first, Answer second) {
    boolean[] taken = new boolean[second.outputs().size()];
    List<Integer> nameless = new ArrayList<>();
    for (int i = 0; i < first.outputs().size(); i++) {
      Output output = first.outputs().get(i);
      int place = -1;
      for (int j = 0; j < taken.length && place < 0; j++) {
        boolean shared =
            !Collections.disjoint(
                contest.firstNames(output), contest.secondNames(second.outputs().get(j)));
        place = shared && !taken[j] ? j : -1;
      }
      if (place < 0) {
        nameless.add(i);
      } else {
        taken[place] = true;
        places.add(new Places(i, place, true));
      }
    }
    // What lazy heads give means something else, whatever its shape.
    boolean lazy =
        contest.first.spec().layout() instanceof HeadLayout.LazyHeads
            != contest.second.spec().layout() instanceof HeadLayout.LazyHeads;
    for (int i : nameless) {
      Output output = first.outputs().get(i);
      int place = -1;
      for (int j = 0; j < taken.length && place < 0 && !lazy; j++) {
        place = !taken[j] && second.outputs().get(j).shape().equals(output.shape()) ? j : -1;
      }
      if (place < 0) {
        unpaired.add(output.name());
      } else {
        taken[place] = true;
        places.add(new Places(i, place, false));
      }
    }
  }

  List<Places> places() {
    return places;
  }

  /** Outputs of the first that the second lacks. */
  List<String> unpaired() {
    return unpaired;
  }

  /** Whether outputs with the same names come in different orders. */
  boolean isReordered() {
    int last = -1;
    for (Places pair : places) {
      if (pair.named() && pair.second() < last) {
        return true;
      }
      last = pair.second();
    }
    return false;
  }

  /**
   * An output in the parts that are compared each by itself: boxes in pixels would hide what
   * differs in scores.
   *
   * @param parts by what they hold, such as {@code boxes}; the whole under the empty name
   */
  record Parts(Map<String, float[]> parts, boolean logits) {

    static Parts of(Output output, HeadLayout layout) {
      Optional<Parts> divided = divided(output, layout);
      return divided.orElseGet(() -> new Parts(Map.of("", output.values()), true));
    }

    private static Optional<Parts> divided(Output output, HeadLayout layout) {
      List<Long> shape = output.shape();
      float[] values = output.values();
      if (layout instanceof HeadLayout.FlatRows rows
          && shape.size() == 3
          && shape.get(2) == 5 + rows.classes()) {
        int columns = 5 + rows.classes();
        float[] boxes = new float[values.length / columns * 4];
        float[] scores = new float[values.length - boxes.length];
        for (int row = 0; row < values.length / columns; row++) {
          System.arraycopy(values, row * columns, boxes, row * 4, 4);
          System.arraycopy(values, row * columns + 4, scores, row * (columns - 4), columns - 4);
        }
        return Optional.of(parts(boxes, scores, rows.logits()));
      }
      if (layout instanceof HeadLayout.FlatColumns columns
          && shape.size() == 3
          && shape.get(1) == 4 + columns.classes()) {
        int boxes = Math.toIntExact(4 * shape.get(2));
        return Optional.of(
            parts(
                Arrays.copyOf(values, boxes),
                Arrays.copyOfRange(values, boxes, values.length),
                false));
      }
      return Optional.empty();
    }

    private static Parts parts(float[] boxes, float[] scores, boolean logits) {
      Map<String, float[]> parts = new LinkedHashMap<>();
      parts.put("boxes", boxes);
      parts.put("scores", scores);
      return new Parts(parts, logits);
    }
  }
}
