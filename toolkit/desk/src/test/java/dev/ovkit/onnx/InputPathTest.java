package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.onnx.InputPath.Range;
import dev.ovkit.onnx.Nodes.Attr;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/**
 * What a graph does to its picture before the first convolution is read, whatever it is made of.
 */
class InputPathTest {

  private static InputPath path(BiFunction<Sketch, String, String> steps) {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    sketch.output(sketch.conv(steps.apply(sketch, x), 3, 4));
    return InputPath.of(sketch.model().graph());
  }

  @Test
  void aGraphThatComputesNothingDoesNotSayWhatItWants() {
    InputPath path = path((sketch, x) -> x);
    assertThat(path.range()).isEqualTo(Range.UNSAID);
    assertThat(path.isReversed()).isFalse();
    assertThat(path.steps()).isEmpty();
  }

  @Test
  void aDivisionBy255AndImageNetsMeanTakeBytes() {
    assertThat(path((s, x) -> s.op("Div", List.of(x, s.scalar(255)))).range())
        .isEqualTo(Range.BYTES);
    assertThat(path((s, x) -> s.op("Mul", List.of(x, s.scalar(1f / 255)))).range())
        .isEqualTo(Range.BYTES);
    InputPath imageNet =
        path(
            (s, x) ->
                s.op(
                    "Div",
                    List.of(
                        s.op(
                            "Sub",
                            List.of(
                                x, s.constant(new float[] {123.675f, 116.28f, 103.53f}, 3, 1, 1))),
                        s.constant(new float[] {58.395f, 57.12f, 57.375f}, 3, 1, 1))));
    assertThat(imageNet.range()).isEqualTo(Range.BYTES);
    assertThat(imageNet.steps()).containsExactly("Sub", "Div");
  }

  @Test
  void aNormalisationOfSharesTakesShares() {
    assertThat(
            path((s, x) ->
                    s.op("Div", List.of(s.op("Sub", List.of(x, s.scalar(0.45f))), s.scalar(0.22f))))
                .range())
        .isEqualTo(Range.UNIT);
  }

  @Test
  void aBatchNormalizationOfTheInputIsReadToo() {
    InputPath path =
        path(
            (s, x) ->
                s.op(
                    "BatchNormalization",
                    List.of(
                        x,
                        s.constant(new float[] {1, 1, 1}, 3),
                        s.constant(new float[] {0, 0, 0}, 3),
                        s.constant(new float[] {115, 110, 105}, 3),
                        s.constant(new float[] {3600, 3600, 3600}, 3))));
    assertThat(path.range()).isEqualTo(Range.BYTES);
  }

  @Test
  void channelsAreSeenToBeReversedInEveryForm() {
    assertThat(
            path((s, x) -> s.op("Gather", List.of(x, s.longs(2, 1, 0)), Attr.of("axis", 1)))
                .isReversed())
        .isTrue();
    assertThat(
            path((s, x) ->
                    s.op("Slice", List.of(x, s.longs(-1), s.longs(-9), s.longs(1), s.longs(-1))))
                .isReversed())
        .isTrue();
    assertThat(
            path((s, x) -> {
                  List<String> parts = s.split(x, 3, Attr.of("axis", 1));
                  return s.op(
                      "Concat",
                      List.of(parts.get(2), parts.get(1), parts.get(0)),
                      Attr.of("axis", 1));
                })
                .isReversed())
        .isTrue();
  }

  @Test
  void whatFitsBytesAndSharesIsUnclear() {
    assertThat(path((s, x) -> s.op("Mul", List.of(x, s.scalar(0.2f)))).range())
        .isEqualTo(Range.UNCLEAR);
  }

  @Test
  void branchesThatSeeDifferentNumbersDoNotAgree() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    sketch.output(sketch.conv(x, 3, 4));
    sketch.output(sketch.conv(sketch.op("Div", List.of(x, sketch.scalar(255))), 3, 4));
    assertThat(InputPath.of(sketch.model().graph()).agrees()).isFalse();
  }
}
