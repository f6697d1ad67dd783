package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Sketch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The flags that are proposed for a network, when they are used, give its boxes. */
class ProposalsTest {

  private static final int CANDIDATES = 20;
  private static final int CLASSES = 3;

  /** The candidate that is an object. */
  private static final int OBJECT = 5;

  private static final float SURE = 2;
  private static final float UNSURE = -9;

  @TempDir private Path temp;

  /** Where the numbers of a candidate are. */
  private enum Arrangement {
    ROWS("boxes-and-scores"),
    COLUMNS("boxes-and-scores"),
    APART("boxes-and-scores"),
    APART_CLASSES_FIRST("boxes-and-scores"),
    OBJECTNESS("flat-rows"),
    OBJECTS("end-to-end"),
    OBJECTS_FROM_ONE("end-to-end");

    final String layout;

    Arrangement(String layout) {
      this.layout = layout;
    }

    boolean isObjects() {
      return layout.equals("end-to-end");
    }
  }

  private record Case(Arrangement arrangement, boolean corners, boolean shares, boolean logits) {}

  static Stream<Case> cases() {
    boolean[] both = {true, false};
    List<Case> cases = new ArrayList<>();
    for (Arrangement arrangement : Arrangement.values()) {
      for (boolean corners : both) {
        for (boolean shares : both) {
          for (boolean logits : both) {
            boolean possible =
                !(arrangement.isObjects() && logits)
                    && !(arrangement == Arrangement.OBJECTNESS && (corners || shares));
            if (possible) {
              cases.add(new Case(arrangement, corners, shares, logits));
            }
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theFirstProposalOfALayoutGivesTheRightBoxes(Case one) throws Exception {
    FixedAnswer answer = drawn(one);
    String flags =
        new Proposals(detector(answer.sketch().model()))
            .all().stream()
                .map(Recognition.Proposal::flags)
                .filter(text -> text.startsWith("--layout " + one.arrangement().layout))
                .findFirst()
                .orElseThrow();
    assertThat(answer.boxes(temp, described(flags)))
        .as(flags)
        .extracting(FixedAnswer::text)
        .containsExactly("1 0.88: 8.0 8.0 40.0 48.0");
  }

  private static DetectorGraph detector(OnnxModel model) {
    return new DetectorGraph(
        PictureInput.of(model),
        model.graph(),
        Objects.requireNonNull(model.inputs().get(0).shape()));
  }

  /** Reads flags as the command line does. */
  private static ModelDescription described(String flags) {
    List<String> words = Arrays.asList(flags.split(" ", -1));
    return new ModelDescription(
        "",
        after(words, "--layout").orElseThrow(),
        after(words, "--boxes").map("xyxy"::equals),
        words.contains("--normalised"),
        after(words, "--scores").equals(Optional.of("logits")),
        words.contains("--suppressed"),
        after(words, "--classes")
            .map(n -> OptionalInt.of(Integer.parseInt(n)))
            .orElse(OptionalInt.empty()),
        after(words, "--first-class").equals(Optional.of("1")),
        List.of(),
        Optional.empty());
  }

  private static Optional<String> after(List<String> words, String flag) {
    int at = words.indexOf(flag);
    return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
  }

  // ---- networks, with the arithmetic that decides left in sight

  private static FixedAnswer drawn(Case one) {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    boolean across = one.arrangement() == Arrangement.COLUMNS;
    String boxes = boxes(answer, one, across);
    switch (one.arrangement()) {
      case ROWS, COLUMNS ->
          sketch.output(
              joined(sketch, across ? 1 : 2, boxes, scores(answer, one.logits(), across, CLASSES)));
      case APART -> {
        sketch.outputOf(boxes, 1, CANDIDATES, 4);
        sketch.outputOf(scores(answer, one.logits(), false, CLASSES), 1, CANDIDATES, CLASSES);
      }
      case APART_CLASSES_FIRST -> {
        sketch.outputOf(boxes, 1, CANDIDATES, 4);
        sketch.outputOf(scores(answer, one.logits(), true, CLASSES), 1, CLASSES, CANDIDATES);
      }
      case OBJECTNESS -> {
        String objectness = objectness(answer, one.logits());
        String scores = scores(answer, one.logits(), false, CLASSES);
        sketch.output(joined(sketch, 2, boxes, objectness, scores));
      }
      case OBJECTS, OBJECTS_FROM_ONE -> {
        sketch.metadata("names", "['nut', 'bolt', 'gear']");
        float[] numbers = new float[CANDIDATES];
        Arrays.fill(numbers, 1);
        String whole =
            sketch.op("Cast", answer.computed(numbers, 1, CANDIDATES, 1), Attr.of("to", 7L));
        if (one.arrangement() == Arrangement.OBJECTS_FROM_ONE) {
          whole = sketch.op("Add", List.of(whole, sketch.longs(1)));
        }
        String classes = sketch.op("Cast", whole, Attr.of("to", 1L));
        sketch.output(joined(sketch, 2, boxes, scores(answer, false, false, 1), classes));
      }
    }
    return answer;
  }

  private static String joined(Sketch sketch, int axis, String... parts) {
    return sketch.op("Concat", List.of(parts), Attr.of("axis", (long) axis));
  }

  /** From 8, 8 to 40, 48: by its middle and half of its size, or by two corners. */
  private static String boxes(FixedAnswer answer, Case one, boolean across) {
    Sketch sketch = answer.sketch();
    float unit = one.shares() ? FixedAnswer.SIZE : 1;
    int axis = across ? 1 : 2;
    String first =
        pairs(answer, across, (one.corners() ? 24 : 8) / unit, (one.corners() ? 28 : 8) / unit);
    String second =
        pairs(answer, across, (one.corners() ? 16 : 40) / unit, (one.corners() ? 20 : 48) / unit);
    if (one.corners()) {
      return joined(
          sketch,
          axis,
          sketch.op("Sub", List.of(first, second)),
          sketch.op("Add", List.of(first, second)));
    }
    String middle =
        sketch.op("Div", List.of(sketch.op("Add", List.of(first, second)), sketch.scalar(2)));
    return joined(sketch, axis, middle, sketch.op("Sub", List.of(second, first)));
  }

  /** Two numbers of each candidate, all of them alike. */
  private static String pairs(FixedAnswer answer, boolean across, float x, float y) {
    float[] numbers = new float[2 * CANDIDATES];
    for (int i = 0; i < CANDIDATES; i++) {
      numbers[across ? i : 2 * i] = x;
      numbers[across ? CANDIDATES + i : 2 * i + 1] = y;
    }
    return across
        ? answer.computed(numbers, 1, 2, CANDIDATES)
        : answer.computed(numbers, 1, CANDIDATES, 2);
  }

  private static String objectness(FixedAnswer answer, boolean logits) {
    float[] numbers = new float[CANDIDATES];
    Arrays.fill(numbers, UNSURE);
    numbers[OBJECT] = 9;
    return activated(answer, logits, false, numbers, 1);
  }

  /** Sure of one class of one candidate. */
  private static String scores(FixedAnswer answer, boolean logits, boolean across, int classes) {
    float[] numbers = new float[CANDIDATES * classes];
    Arrays.fill(numbers, UNSURE);
    int sure = Math.min(1, classes - 1);
    numbers[across ? sure * CANDIDATES + OBJECT : OBJECT * classes + sure] = SURE;
    return activated(answer, logits, across, numbers, classes);
  }

  /** A linear layer of these biases, and a sigmoid where scores are done. */
  private static String activated(
      FixedAnswer answer, boolean logits, boolean across, float[] numbers, int columns) {
    Sketch sketch = answer.sketch();
    String linear;
    String biases;
    if (across) {
      String weights = sketch.constant(new float[columns], columns, 1);
      String zero = answer.computed(new float[CANDIDATES], 1, 1, CANDIDATES);
      linear = sketch.op("MatMul", List.of(weights, zero));
      biases = sketch.constant(numbers, 1, columns, CANDIDATES);
    } else {
      String zero = answer.computed(new float[CANDIDATES], 1, CANDIDATES, 1);
      linear = sketch.op("MatMul", List.of(zero, sketch.constant(new float[columns], 1, columns)));
      biases = sketch.constant(numbers, 1, CANDIDATES, columns);
    }
    String raw = sketch.op("Add", List.of(linear, biases));
    return logits ? raw : sketch.op("Sigmoid", raw);
  }
}
