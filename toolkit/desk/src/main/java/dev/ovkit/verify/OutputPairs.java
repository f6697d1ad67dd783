package dev.ovkit.verify;

import dev.ovkit.head.OutputParts;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.Output;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Which raw outputs of two models are compared: those that share a name, and of the others those of
 * the same shape, in order.
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
        contest.first.spec().layout().isLazy() != contest.second.spec().layout().isLazy();
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

  /** Returns an output in the parts that are compared, or as a whole. */
  static OutputParts parts(Output output, HeadLayout layout) {
    return layout
        .parts(output.shape(), output.values())
        .orElseGet(() -> new OutputParts(Map.of("", output.values()), true));
  }
}
