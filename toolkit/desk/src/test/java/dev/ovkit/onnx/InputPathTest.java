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

  /** A 1x1 convolution of these factors, [output][input], and biases. */
  private static InputPath mapped(float[][] factors, Attr... attributes) {
    return path(
        (s, x) -> {
          int each = factors[0].length;
          float[] weights = new float[3 * each];
          for (int i = 0; i < weights.length; i++) {
            weights[i] = factors[i / each][i % each];
          }
          String kernel = s.constant(weights, 3, each, 1, 1);
          return s.op(
              "Conv", List.of(x, kernel, s.constant(new float[] {-2, -2, -2}, 3)), attributes);
        });
  }

  /** As converters write a normalisation or an exchange of channels. */
  @Test
  void aConvolutionOfOnePixelThatScalesEachChannelIsAStep() {
    float by = 1 / 64f;
    InputPath scaled = mapped(new float[][] {{by, 0, 0}, {0, by, 0}, {0, 0, by}});
    assertThat(scaled.range()).isEqualTo(Range.BYTES);
    assertThat(scaled.isReversed()).isFalse();
    assertThat(scaled.steps()).containsExactly("Conv");

    InputPath alone = mapped(new float[][] {{by}, {by}, {by}}, Attr.of("group", 3));
    assertThat(alone.range()).isEqualTo(Range.BYTES);

    InputPath reversed = mapped(new float[][] {{0, 0, by}, {0, by, 0}, {by, 0, 0}});
    assertThat(reversed.isReversed()).isTrue();
    assertThat(reversed.range()).isEqualTo(Range.BYTES);
  }

  @Test
  void aConvolutionOfOnePixelThatMixesOrSkipsBelongsToTheNetwork() {
    float by = 1 / 64f;
    assertThat(mapped(new float[][] {{by, by, 0}, {0, by, 0}, {0, 0, by}}).range())
        .isEqualTo(Range.UNSAID);
    assertThat(mapped(new float[][] {{0, 0, 0}, {0, by, 0}, {0, 0, by}}).range())
        .isEqualTo(Range.UNSAID);
    assertThat(
            mapped(new float[][] {{by, 0, 0}, {0, by, 0}, {0, 0, by}}, Attr.of("strides", 2, 2))
                .range())
        .isEqualTo(Range.UNSAID);
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
