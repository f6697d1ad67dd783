package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.onnx.InputPath.Range;
import dev.ovkit.onnx.Nodes.Attr;
import java.util.ArrayList;
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
    InputPath mixed = mapped(new float[][] {{by, by, 0}, {0, by, 0}, {0, 0, by}});
    assertThat(mixed.range()).isEqualTo(Range.UNSAID);
    assertThat(mixed.agrees()).as("another colour space is no network yet").isFalse();
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

  /** What is computed behind a step that only moves numbers still counts. */
  @Test
  void aDivisionBehindAPadOrAResizeIsSeen() {
    for (BiFunction<Sketch, String, String> before :
        List.<BiFunction<Sketch, String, String>>of(
            (s, x) -> s.op("Pad", List.of(x, s.longs(0, 0, 1, 1, 0, 0, 1, 1))),
            (s, x) -> s.op("Resize", List.of(x, "", "", s.longs(1, 3, 8, 8))),
            (s, x) -> s.op("Reshape", List.of(x, s.longs(1, 3, 8, 8))),
            (s, x) -> s.op("Cast", x, Attr.of("to", 1L)))) {
      InputPath path = path((s, x) -> s.op("Div", List.of(before.apply(s, x), s.scalar(255))));
      assertThat(path.range()).isEqualTo(Range.BYTES);
      assertThat(path.agrees()).isTrue();
      assertThat(path.cutting()).isEmpty();
    }
  }

  @Test
  void aStepThatChangesTheSizeOfThePictureIsNamed() {
    assertThat(path((s, x) -> s.op("Resize", List.of(x, "", "", s.longs(1, 3, 16, 16)))).cutting())
        .isEqualTo("Resize from 1x3x8x8 to 1x3x16x16");
    assertThat(
            path((s, x) -> s.op("Slice", List.of(x, s.longs(2), s.longs(6), s.longs(2)))).cutting())
        .isEqualTo("Slice from 1x3x8x8 to 1x3x4x8");
    assertThat(path((s, x) -> s.op("Pad", List.of(x, s.longs(0, 0, 16, 0, 0, 0, 16, 0)))).cutting())
        .startsWith("Pad by [0, 0, 16, 0, ");
    // Focus takes every second row.
    assertThat(
            path((s, x) ->
                    s.op("Slice", List.of(x, s.longs(0), s.longs(8), s.longs(2), s.longs(2))))
                .cutting())
        .isEmpty();
  }

  /** Whatever is computed before the first weights and is not understood leaves it open. */
  @Test
  void arithmeticThatIsNotUnderstoodAgreesWithNothing() {
    for (BiFunction<Sketch, String, String> step :
        List.<BiFunction<Sketch, String, String>>of(
            (s, x) -> s.op("Sqrt", x),
            (s, x) -> s.op("Sub", List.of(x, s.random(1, 1, 3, 8, 8))),
            (s, x) -> s.op("Div", List.of(x, s.op("Reciprocal", s.random(1, 1, 3, 8, 8)))),
            (s, x) -> s.op("Div", List.of(x, s.op("ReduceMax", x))),
            (s, x) ->
                s.op(
                    "Div",
                    List.of(s.op("Reshape", List.of(x, s.longs(1, 3, 4, 16))), s.scalar(255))))) {
      assertThat(path(step).agrees()).isFalse();
    }
  }

  /** Space to depth, and a mean over the picture: nothing of the numbers changes. */
  @Test
  void whatOnlyMovesNumbersAgrees() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    sketch.output(sketch.conv(sketch.op("SpaceToDepth", x, Attr.of("blocksize", 2L)), 12, 4));
    sketch.output(sketch.op("GlobalAveragePool", x));
    InputPath path = InputPath.of(sketch.model().graph());
    assertThat(path.agrees()).isTrue();
    assertThat(path.range()).isEqualTo(Range.UNSAID);
  }

  /** Behind the first weights numbers are the network's own. */
  @Test
  void whatTheNetworkAddsToThePictureIsNoPreparation() {
    InputPath path = path((s, x) -> s.op("Add", List.of(x, s.conv(x, 3, 3, 3, 1, 1))));
    assertThat(path.agrees()).isTrue();
    assertThat(path.range()).isEqualTo(Range.UNSAID);
  }

  /** One channel of grey that StandardInput makes of three, and a division behind it. */
  @Test
  void greyIsFollowed() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    String shares = sketch.constant(new float[] {0.114f, 0.587f, 0.299f}, 1, 3, 1, 1);
    String grey = sketch.op("Conv", List.of(x, shares));
    sketch.output(sketch.conv(sketch.op("Div", List.of(grey, sketch.scalar(255))), 1, 4));
    assertThat(InputPath.of(sketch.model().graph()).range()).isEqualTo(Range.BYTES);
  }

  /** One channel without its axis, as an index makes it, and stacked again in another order. */
  private static String stacked(Sketch s, String x) {
    List<String> channels = new ArrayList<>();
    for (int i = 2; i >= 0; i--) {
      String index = s.constantNode(Tensors.ofLongs("", i).toBuilder().clearDims().build());
      String channel = s.op("Gather", List.of(x, index), Attr.of("axis", 1));
      String scaled = s.op("Div", List.of(channel, s.scalar(255)));
      channels.add(s.op("Unsqueeze", List.of(scaled, s.longs(1))));
    }
    return s.op("Concat", channels, Attr.of("axis", 1));
  }

  @Test
  void channelsThatAreTakenOutOneByOneAreFollowed() {
    InputPath path = path(InputPathTest::stacked);
    assertThat(path.agrees()).isTrue();
    assertThat(path.isReversed()).isTrue();
    assertThat(path.range()).isEqualTo(Range.BYTES);
  }

  /** As torchvision takes its pictures out of the batch. */
  @Test
  void aPictureThatIsTakenOutOfItsBatchIsFollowed() {
    InputPath path =
        path(
            (s, x) -> {
              String index = s.constantNode(Tensors.ofLongs("", 0).toBuilder().clearDims().build());
              String one = s.op("Gather", List.of(x, index), Attr.of("axis", 0));
              String mean = s.constant(new float[] {0.4f, 0.5f, 0.6f}, 3, 1, 1);
              String moved = s.op("Sub", List.of(one, mean));
              String back = s.op("Unsqueeze", List.of(moved, s.longs(0)));
              return s.op("Concat", List.of(back), Attr.of("axis", 0));
            });
    assertThat(path.agrees()).isTrue();
    assertThat(path.range()).isEqualTo(Range.UNIT);
    assertThat(path.channels()).extracting(InputPath.Channel::shift).doesNotHaveDuplicates();
  }

  @Test
  void aMirroredOrTurnedPictureIsNamed() {
    assertThat(
            path((s, x) ->
                    s.op("Slice", List.of(x, s.longs(-1), s.longs(-9), s.longs(3), s.longs(-1))))
                .cutting())
        .startsWith("Slice");
    assertThat(path((s, x) -> s.op("Transpose", x, Attr.of("perm", 0, 1, 3, 2))).cutting())
        .startsWith("Transpose by");
    assertThat(
            path((s, x) ->
                    s.op(
                        "Transpose",
                        s.op("Transpose", x, Attr.of("perm", 0, 2, 3, 1)),
                        Attr.of("perm", 0, 3, 1, 2)))
                .cutting())
        .isEmpty();
  }
}
