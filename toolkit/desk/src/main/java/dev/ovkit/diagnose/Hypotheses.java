package dev.ovkit.diagnose;

import dev.ovkit.diagnose.InputReading.Arrangement;
import dev.ovkit.diagnose.OutputReading.BoxColumns;
import dev.ovkit.diagnose.OutputReading.Decoding;
import dev.ovkit.diagnose.OutputReading.Order;
import dev.ovkit.diagnose.OutputReading.Score;
import dev.ovkit.diagnose.OutputReading.Sigmoid;
import dev.ovkit.head.Anchor;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The single changes to a reading that are worth a try; what needs no inference first. */
final class Hypotheses {

  /** Greys seen in practice: YOLOv5 and YOLOX 114, none, the middle, Darknet's 127, white. */
  private static final int[] PADS = {114, 0, 128, 127, 255};

  private final Reading present;
  private final Structures structures;
  private final List<Hypothesis> all = new ArrayList<>();

  private Hypotheses(Reading present, Structures structures) {
    this.present = present;
    this.structures = structures;
  }

  static List<Hypothesis> of(Reading present, Structures structures) {
    Hypotheses made = new Hypotheses(present, structures);
    made.orders();
    made.heads();
    made.decodings();
    made.anchors();
    made.sigmoids();
    made.boxes();
    made.scores();
    made.classes();
    made.layouts();
    made.colour();
    made.arrangements();
    made.resizes();
    made.ranges();
    return made.all;
  }

  private void add(Setting setting, String value, String cause, UnaryOperator<Reading> change) {
    all.add(new Hypothesis(setting, value, cause, change));
  }

  private void output(
      Setting setting, String value, String cause, UnaryOperator<OutputReading> change) {
    add(setting, value, cause, r -> r.with(change.apply(r.output())));
  }

  private void input(
      Setting setting, String value, String cause, UnaryOperator<InputReading> change) {
    add(setting, value, cause, r -> r.with(change.apply(r.input())));
  }

  private void orders() {
    OutputReading now = present.output();
    List<List<OutputReading.Place>> seen = new ArrayList<>();
    seen.add(places(now));
    for (Order order : Order.values()) {
      OutputReading other = now.with(order);
      if (!seen.contains(places(other)) && (isGridded() || order == Order.COLUMNS)) {
        seen.add(places(other));
        output(
            Setting.ROWS,
            order.title,
            "the numbers are in memory as %s, but are read as %s: a transpose is missing, or there is one too many"
                .formatted(order.title, now.order().title),
            r -> r.with(order));
      }
    }
  }

  private static List<OutputReading.Place> places(OutputReading reading) {
    return reading.blocks().stream().map(reading::place).toList();
  }

  private boolean isGridded() {
    return present.output().blocks().get(0).stride() > 0;
  }

  private List<String> strides(List<Block> blocks) {
    return blocks.stream().map(b -> Integer.toString(b.stride())).toList();
  }

  private void heads() {
    List<Block> blocks = present.output().blocks();
    if (present.output().isSplit() || blocks.size() > 4) {
      return;
    }
    for (List<Block> permuted : permutations(blocks)) {
      if (!permuted.equals(blocks)) {
        List<Integer> places = permuted.stream().map(blocks::indexOf).toList();
        output(
            Setting.HEADS,
            "strides " + String.join(", ", strides(permuted)),
            "the heads are in the output in the order of strides %s, but are read as %s"
                .formatted(
                    String.join(", ", strides(permuted)), String.join(", ", strides(blocks))),
            r -> r.withBlocksInOrder(places.stream().map(i -> r.blocks().get(i)).toList()));
      }
    }
  }

  private static <T> List<List<T>> permutations(List<T> list) {
    if (list.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> result = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      List<T> rest = new ArrayList<>(list);
      T first = rest.remove(i);
      for (List<T> tail : permutations(rest)) {
        List<T> one = new ArrayList<>(List.of(first));
        one.addAll(tail);
        result.add(one);
      }
    }
    return result;
  }

  private void decodings() {
    for (Decoding decoding : Decoding.values()) {
      if (decoding == present.output().decoding() || decode(present.output(), decoding) == null) {
        continue;
      }
      output(
          Setting.DECODING,
          decoding.title,
          "%s, but the IR is read as: %s"
              .formatted(decoding.title, present.output().decoding().title),
          r -> {
            @Nullable OutputReading changed = decode(r, decoding);
            return changed == null ? r : changed;
          });
    }
  }

  /** Returns null where the output has no grid to decode by, or no anchors are known. */
  private @Nullable OutputReading decode(OutputReading r, Decoding decoding) {
    boolean anchored = r.blocks().get(0).anchors() > 1;
    boolean fits =
        switch (decoding) {
          case PIXELS, UNIT -> true;
          case CELLS -> isGridded();
          case YOLOX, YOLOX_SIZE -> isGridded() && !anchored;
          case YOLOV5, YOLOV5_SIZE, YOLOV5_TWICE -> isGridded() && anchored;
        };
    if (!fits) {
      return null;
    }
    OutputReading changed = r.with(decoding);
    if (!decoding.needsAnchors()) {
      return changed.withBlocks(r.blocks().stream().map(b -> b.withPriors(List.of())).toList());
    }
    if (r.decoding().needsAnchors()) {
      return changed;
    }
    @Nullable List<List<Anchor>> anchors = anchorsFor(r);
    return anchors == null ? null : changed.withPriors(anchors);
  }

  private @Nullable List<List<Anchor>> anchorsFor(OutputReading r) {
    @Nullable List<List<Anchor>> anchors =
        structures.anchors(r.byStride().stream().map(Block::stride).toList());
    return anchors == null || anchors.get(0).size() != r.blocks().get(0).anchors() ? null : anchors;
  }

  private void anchors() {
    OutputReading now = present.output();
    if (!isGridded() || now.blocks().get(0).anchors() < 2) {
      return;
    }
    if (now.decoding().needsAnchors()) {
      List<List<Anchor>> used = now.byStride().stream().map(Block::priors).toList();
      Map<String, List<List<Anchor>>> others = new LinkedHashMap<>();
      @Nullable List<List<Anchor>> known = anchorsFor(now);
      if (known != null) {
        others.put("those of the model, or YOLOv5's own", known);
      }
      for (List<List<Anchor>> permuted : permutations(used)) {
        others.put("those of the heads swapped", permuted);
        addAnchors(others, used);
        others.clear();
      }
      others.put("width and height swapped", each(used, a -> new Anchor(a.height(), a.width())));
      others.put("in reverse within each head", used.stream().map(Hypotheses::reversed).toList());
      List<Block> blocks = now.byStride();
      List<List<Anchor>> scaled = new ArrayList<>();
      for (int i = 0; i < used.size(); i++) {
        float stride = blocks.get(i).stride();
        scaled.add(
            used.get(i).stream()
                .map(a -> new Anchor(a.width() * stride, a.height() * stride))
                .toList());
      }
      others.put("times the stride (they were given in cells)", scaled);
      addAnchors(others, used);
      return;
    }
    @Nullable List<List<Anchor>> known = anchorsFor(now);
    if (known != null && now.decoding() == Decoding.PIXELS) {
      for (List<List<Anchor>> permuted : permutations(known)) {
        if (!permuted.equals(known)) {
          List<List<Anchor>> factors = new ArrayList<>();
          for (int h = 0; h < known.size(); h++) {
            factors.add(ratios(known.get(h), permuted.get(h)));
          }
          output(
              Setting.ANCHORS,
              "inside the graph, those of the heads swapped",
              "the graph decodes with the anchors of its heads swapped",
              r -> r.withPriors(factors));
        }
      }
    }
  }

  private void addAnchors(Map<String, List<List<Anchor>>> others, List<List<Anchor>> used) {
    others.forEach(
        (title, anchors) -> {
          if (!anchors.equals(used)) {
            output(
                Setting.ANCHORS,
                title + ": " + text(anchors),
                "the anchors are wrong: %s fit, but %s are used"
                    .formatted(text(anchors), text(used)),
                r -> r.withPriors(anchors));
          }
        });
  }

  private static List<Anchor> ratios(List<Anchor> right, List<Anchor> wrong) {
    List<Anchor> ratios = new ArrayList<>();
    for (int a = 0; a < right.size(); a++) {
      ratios.add(
          new Anchor(
              right.get(a).width() / wrong.get(a).width(),
              right.get(a).height() / wrong.get(a).height()));
    }
    return ratios;
  }

  private static List<Anchor> reversed(List<Anchor> anchors) {
    List<Anchor> reversed = new ArrayList<>(anchors);
    Collections.reverse(reversed);
    return reversed;
  }

  private static List<List<Anchor>> each(List<List<Anchor>> all, UnaryOperator<Anchor> change) {
    return all.stream().map(head -> head.stream().map(change).toList()).toList();
  }

  /** As {@code infer --anchors} takes them. */
  static String text(List<List<Anchor>> anchors) {
    List<String> pairs = new ArrayList<>();
    for (List<Anchor> head : anchors) {
      for (Anchor a : head) {
        pairs.add(Remedy.number(a.width()) + "," + Remedy.number(a.height()));
      }
    }
    return String.join(" ", pairs);
  }

  private void sigmoids() {
    Sigmoid now = present.output().sigmoid();
    for (Sigmoid sigmoid : Sigmoid.values()) {
      if (sigmoid != now) {
        output(
            Setting.SIGMOID,
            sigmoid.title,
            sigmoid == Sigmoid.TWICE
                ? "the sigmoid is applied twice inside the IR"
                : sigmoid == Sigmoid.ONCE
                    ? "the sigmoid is applied twice: the IR's outputs have one already, and the"
                        + " client applies another"
                    : "the sigmoid is never applied: the outputs are logits and are read as"
                        + " sigmoids",
            r -> r.with(sigmoid));
      }
    }
  }

  private void boxes() {
    for (BoxColumns box : BoxColumns.values()) {
      boolean needsPixels = box == BoxColumns.CORNERS || box == BoxColumns.CORNER_SIZE;
      if (box != present.output().box()
          && (!needsPixels || !present.output().decoding().needsAnchors())) {
        output(
            Setting.BOX,
            box.title,
            "a box is %s, but is read as %s".formatted(box.title, present.output().box().title),
            r -> r.with(box));
      }
    }
  }

  private void scores() {
    for (Score score : Score.values()) {
      if (score != present.output().score() && present.output().objectness()) {
        output(
            Setting.SCORE,
            score.title,
            "the score is %s, but is read as %s"
                .formatted(score.title, present.output().score().title),
            r -> r.with(score));
      }
    }
  }

  private void classes() {
    int classes = present.output().classes();
    for (int shift : new int[] {-1, 1}) {
      if (classes > 1) {
        output(
            Setting.CLASSES,
            "%+d".formatted(shift),
            "label offset: each class number is off by %d".formatted(-shift),
            r -> r.withClassShift(r.classShift() + shift));
      }
    }
    List<String> labels = present.labels();
    if (labels.size() > 1) {
      for (int shift : new int[] {-1, 1}) {
        List<String> rotated = new ArrayList<>(labels);
        Collections.rotate(rotated, shift);
        add(
            Setting.LABELS,
            "list shifted by %+d".formatted(shift),
            "label offset: the IR's list of labels is shifted by %d".formatted(-shift),
            r -> r.withLabels(rotated));
      }
      add(
          Setting.LABELS,
          "none: numbers instead of names",
          "the class numbers are right, but the IR has a different list of labels",
          r -> r.withLabels(List.of()));
    }
  }

  private void layouts() {
    for (OutputReading other : structures.all()) {
      OutputReading now = present.output();
      boolean same =
          other.classes() == now.classes()
              && other.objectness() == now.objectness()
              && other.order() == now.order();
      if (!same) {
        add(
            Setting.LAYOUT,
            describe(other),
            "the output is %s, but is read as %s".formatted(describe(other), describe(now)),
            r -> r.with(other));
      }
    }
  }

  static String describe(OutputReading r) {
    return "%s; %s%d classes; %s; %s"
        .formatted(
            r.order().title,
            r.objectness() ? "objectness and " : "",
            r.classes(),
            r.decoding().title,
            r.sigmoid().title);
  }

  private void colour() {
    Colour now = present.input().colour();
    input(
        Setting.COLOUR,
        now.reversed().toString(),
        "the IR expects %s but gets %s (red and blue are swapped)".formatted(now.reversed(), now),
        r -> r.with(r.colour().reversed()));
  }

  private void ranges() {
    for (InputRanges range : InputRanges.all()) {
      if (!range.in(present.input().colour()).equals(present.input().normalization())) {
        input(Setting.RANGE, range.title(), range.cause(), r -> r.with(range.in(r.colour())));
      }
    }
  }

  private void resizes() {
    Resize now = present.input().resize();
    for (Resize.Mode mode : Resize.Mode.values()) {
      if (mode != now.mode() && mode != Resize.Mode.CENTRE_CROP) { // a classifier's
        input(
            Setting.RESIZE,
            mode.word(),
            "pictures should be put into the input %s, but are put %s"
                .formatted(words(mode), words(now.mode())),
            r -> r.with(r.resize().withMode(mode)));
      }
    }
    for (int pad : PADS) {
      if (pad != now.padValue()) {
        input(
            Setting.PAD,
            Integer.toString(pad),
            "the grey beside the picture should be %d, but is %d".formatted(pad, now.padValue()),
            r -> r.with(r.resize().withPadValue(pad)));
      }
    }
  }

  private static String words(Resize.Mode mode) {
    return switch (mode) {
      case LETTERBOX_CENTRE -> "by a letterbox in the centre";
      case LETTERBOX_TOP_LEFT -> "by a letterbox at the top left";
      case STRETCH -> "by stretching";
      case CENTRE_CROP -> "by its middle alone";
    };
  }

  private void arrangements() {
    for (Arrangement arrangement : Arrangement.values()) {
      if (arrangement != present.input().arrangement()) {
        input(
            Setting.ARRANGEMENT,
            arrangement == Arrangement.INTERLEAVED
                ? "NHWC"
                : arrangement == Arrangement.PLANES ? "NCHW" : "NCWH",
            arrangement == Arrangement.TURNED
                ? "width and height of the input are swapped inside the IR"
                : "the numbers of the input are read as %s inside the IR"
                    .formatted(arrangement == Arrangement.INTERLEAVED ? "NHWC" : "NCHW"),
            r -> r.with(arrangement));
      }
    }
  }
}
