package dev.ovkit.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.Head;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.layout.FlatRows;
import dev.ovkit.layout.Layouts;
import dev.ovkit.layout.LazyHeads;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DetectorMetadataTest {

  static Stream<DetectorSpec> detectors() {
    return IntStream.range(0, 60).mapToObj(DetectorMetadataTest::random);
  }

  private static DetectorSpec random(int seed) {
    Random random = new Random(seed);
    int classes = 1 + random.nextInt(6);
    List<Head> heads = new ArrayList<>();
    BoxCoding coding = BoxCoding.values()[random.nextInt(3)];
    int kind = random.nextInt(4);
    boolean anchors = kind == 0 || kind == 3 || coding == BoxCoding.YOLOV5_SIGMOID;
    int count = kind == 1 && coding == BoxCoding.PIXELS ? 0 : 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      List<Anchor> priors = new ArrayList<>();
      for (int a = 0; anchors && a < 1 + random.nextInt(4); a++) {
        priors.add(new Anchor(random.nextFloat() * 400 + 0.01f, 1 + random.nextInt(500)));
      }
      if (anchors && priors.isEmpty()) {
        priors.add(new Anchor(1, 2));
      }
      heads.add(new Head(kind == 0 || kind == 3 ? "head " + i + "/é" : "out", 4 << i, priors));
    }
    HeadLayout layout =
        switch (kind) {
          case 0 -> new RawHeads(heads, classes);
          case 1 -> new FlatRows("out", coding, random.nextBoolean(), heads, classes);
          case 2 -> new FlatColumns("out", classes);
          default ->
              new LazyHeads(
                  heads.stream()
                      .map(h -> new LazyHeads.LazyHead(h, "features " + h.stride(), h.stride()))
                      .toList(),
                  classes);
        };
    List<String> labels = new ArrayList<>();
    String[] words = {"person", "a,b", "100%", "c++", "%2C", " blank ", "größe", "行人", "", "x=y"};
    for (int i = 0; random.nextBoolean() && i < classes; i++) {
      labels.add(words[random.nextInt(words.length)] + i);
    }
    Normalization normalization =
        random.nextBoolean()
            ? Normalization.NONE
            : new Normalization(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f));
    return new DetectorSpec(
        32 * (1 + random.nextInt(40)),
        32 * (1 + random.nextInt(40)),
        Colour.values()[random.nextInt(2)],
        normalization,
        new Resize(Resize.Mode.values()[random.nextInt(3)], random.nextInt(256)),
        layout,
        labels.size() == classes ? labels : List.of(),
        random.nextFloat(),
        random.nextFloat());
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void whatIsWrittenIsReadBack(DetectorSpec spec) {
    assertThat(DetectorMetadata.read(DetectorMetadata.write(spec), "m.xml", Layouts.ALL))
        .isEqualTo(spec);
  }

  @Test
  void writesTheWordsThatAreDocumented() {
    DetectorSpec spec =
        new DetectorSpec(
            640,
            480,
            Colour.BGR,
            Resize.LETTERBOX,
            new RawHeads(
                List.of(
                    new Head("Conv_462", 8, List.of(new Anchor(10, 13), new Anchor(16.5f, 30)))),
                2),
            List.of("cat, black", "50%"),
            0.25f,
            0.45f);
    assertThat(DetectorMetadata.write(spec))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("layout", "raw-heads"),
                Map.entry("classes", "2"),
                Map.entry("head_0_output", "Conv_462"),
                Map.entry("head_0_stride", "8"),
                Map.entry("head_0_anchors", "10,13 16.5,30"),
                Map.entry("input_width", "640"),
                Map.entry("input_height", "480"),
                Map.entry("input_colour", "BGR"),
                Map.entry("resize", "centre"),
                Map.entry("pad_value", "114"),
                Map.entry("labels", "cat%2C black,50%25"),
                Map.entry("confidence_threshold", "0.25"),
                Map.entry("iou_threshold", "0.45")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          layout, spiral, "m.xml: its ovkit metadata has 'spiral' for 'layout', expected raw-heads, lazy-heads, flat-rows, flat-columns, end-to-end, boxes-and-scores, distribution-heads, segments, poses, rotated-boxes or ranked-classes; convert the model again"
          classes, many, "m.xml: its ovkit metadata has 'many' for 'classes', expected a whole number; convert the model again"
          classes, 0, "m.xml: its ovkit metadata contradicts itself: a detector has at least one class, not 0; convert the model again"
          head_0_anchors, 10, "m.xml: its ovkit metadata has '10' for 'head_0_anchors', expected pairs such as 10,13 16,30; convert the model again"
          head_0_anchors, "-1,3", "m.xml: its ovkit metadata contradicts itself: an anchor has a positive size, not -1.0x3.0; convert the model again"
          head_0_stride, 0, "m.xml: its ovkit metadata contradicts itself: a stride is positive, not 0; convert the model again"
          pad_value, 300, "m.xml: its ovkit metadata contradicts itself: a pad value lies in 0..255, not 300; convert the model again"
          confidence_threshold, NaN, "m.xml: its ovkit metadata has 'NaN' for 'confidence_threshold', expected a number; convert the model again"
          input_colour, grey, "m.xml: its ovkit metadata has 'grey' for 'input_colour', expected BGR or RGB; convert the model again"
          labels, "a,b,c", "m.xml: its ovkit metadata contradicts itself: there are 3 labels for 1 classes; convert the model again"
          """)
  void aValueThatMakesNoSenseIsNamed(String key, String value, String message) {
    DetectorSpec spec =
        new DetectorSpec(
            64,
            64,
            Colour.BGR,
            Resize.LETTERBOX,
            new RawHeads(List.of(new Head("o", 8, List.of(new Anchor(1, 1)))), 1),
            List.of(),
            0.25f,
            0.45f);
    Map<String, String> info = new HashMap<>(DetectorMetadata.write(spec));
    info.put(key, value);
    assertThatThrownBy(() -> DetectorMetadata.read(info, "m.xml", Layouts.ALL))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }
}
