package dev.ovkit.diagnose;

import dev.ovkit.TestModels;
import dev.ovkit.head.Anchor;
import dev.ovkit.layout.YoloAnchors;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A seeded fault.
 *
 * @param causes the settings that may be named, each enough
 */
public record Fault(String model, String name, Set<Setting> causes, Build build) {

  interface Build {
    FaultyIr of(Path onnx);
  }

  @Override
  public String toString() {
    return model + ": " + name;
  }

  static final String DEMO = TestModels.DEMO;
  static final String V5 = "v5lite-e-coco";
  static final String YOLOX = "yolox_nano-416";

  private static final List<Float> BY_255 = List.of(255f);
  private static final List<Float> MEAN = List.of(123.675f, 116.28f, 103.53f);
  private static final List<Float> DEVIATION = List.of(58.395f, 57.12f, 57.375f);
  private static final int[] CELLS_320 = {1600, 400, 100};
  private static final int[] CELLS_416 = {2704, 676, 169};

  /** Rows of heads in another order. */
  private static int[] heads(int[] cells, int each, int... order) {
    int[] first = {0, each * cells[0], each * (cells[0] + cells[1])};
    return IntStream.of(order)
        .flatMap(h -> IntStream.range(first[h], first[h] + each * cells[h]))
        .toArray();
  }

  /** Columns with the classes rolled by some. */
  private static int[] rolled(int by) {
    return IntStream.range(0, 85).map(c -> c < 5 ? c : 5 + Math.floorMod(c - 5 + by, 80)).toArray();
  }

  private static int[] columns(int a, int b, int c, int d) {
    int[] columns = IntStream.range(0, 85).toArray();
    columns[0] = a;
    columns[1] = b;
    columns[2] = c;
    columns[3] = d;
    return columns;
  }

  static DetectorSpec baked(DetectorSpec spec) {
    return spec.withInputColour(Colour.BGR).withNormalization(Normalization.NONE);
  }

  private static FaultyIr v5(Path onnx) {
    return FaultyIr.heads(onnx).preprocess(true, List.of(), BY_255);
  }

  public static List<Fault> all() {
    List<Fault> all = new ArrayList<>();
    demo(all);
    // ---- without metadata
    v5(
        all,
        "scale inside, unknown to the client",
        Setting.RANGE,
        o -> FaultyIr.heads(o).preprocess(false, List.of(), BY_255));
    v5(
        all,
        "reversed inside, unknown to the client",
        Setting.COLOUR,
        o -> FaultyIr.heads(o).preprocess(true, List.of(), List.of()));
    v5(
        all,
        "ImageNet inside",
        Setting.RANGE,
        o -> FaultyIr.heads(o).preprocess(false, MEAN, DEVIATION));
    v5(
        all,
        "input taken as NHWC",
        Setting.ARRANGEMENT,
        o -> {
          FaultyIr f = FaultyIr.heads(o);
          return f.before(t -> f.transpose(f.reshape(t, 1, 320, 320, 3), 0, 3, 1, 2));
        });
    v5(
        all,
        "channel-last maps",
        Setting.LAYOUT,
        o -> {
          FaultyIr f = FaultyIr.heads(o);
          return f.behind(t -> f.transpose(t, 0, 2, 3, 1));
        });
    v5(
        all,
        "sigmoid twice in the flat output",
        Setting.SIGMOID,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(f::sigmoid);
        });
    v5(
        all,
        "heads joined in reverse",
        Setting.HEADS,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 1, heads(CELLS_320, 3, 2, 1, 0)));
        });
    v5(
        all,
        "rows scrambled over all",
        Setting.ROWS,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.reshape(f.transpose(t, 0, 2, 1), 1, 6300, 85));
        });
    v5(
        all,
        "[1,5+nc,N]",
        Setting.LAYOUT,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.transpose(t, 0, 2, 1));
        });
    v5(
        all,
        "classes rolled",
        Setting.CLASSES,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 2, rolled(1)));
        });
    v5(
        all,
        "x and y exchanged",
        Setting.BOX,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 2, columns(1, 0, 2, 3)));
        });
    v5(
        all,
        "width and height swapped",
        Setting.BOX,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 2, columns(0, 1, 3, 2)));
        });
    v5(
        all,
        "sigmoids in the head maps",
        Setting.SIGMOID,
        o -> {
          FaultyIr f = FaultyIr.heads(o);
          return f.behind(f::sigmoid);
        });
    v5(
        all,
        "a mean after the scale",
        Setting.RANGE,
        o -> {
          FaultyIr f = FaultyIr.heads(o);
          float[] mean = {123.675f, 116.28f, 103.53f};
          return f.before(
              t ->
                  f.with(
                      "Sub", f.with("Div", t, new long[] {1}, 255), new long[] {1, 3, 1, 1}, mean));
        });
    // ---- with metadata that lies
    v5(
        all,
        "says scaled inside, is not",
        Setting.RANGE,
        o -> {
          FaultyIr f = FaultyIr.heads(o).preprocess(true, List.of(), List.of());
          return f.metadata(baked(f.spec()));
        });
    v5(
        all,
        "says scaled once, is twice",
        Setting.RANGE,
        o -> {
          FaultyIr f = FaultyIr.heads(o).preprocess(true, List.of(), List.of(65025f));
          return f.metadata(baked(f.spec()));
        });
    v5(
        all,
        "says reversed, is not",
        Setting.COLOUR,
        o -> {
          FaultyIr f = FaultyIr.heads(o).preprocess(false, List.of(), BY_255);
          return f.metadata(baked(f.spec()));
        });
    v5(
        all,
        "says stretch",
        Setting.RESIZE,
        o -> {
          FaultyIr f = v5(o);
          return f.metadata(baked(f.spec()).withResize(new Resize(Resize.Mode.STRETCH, 114)));
        });
    v5(
        all,
        "says top left",
        Setting.RESIZE,
        o -> {
          FaultyIr f = v5(o);
          return f.metadata(
              baked(f.spec()).withResize(new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, 114)));
        });
    v5(
        all,
        "says pad 0",
        Setting.PAD,
        o -> {
          FaultyIr f = v5(o);
          return f.metadata(
              baked(f.spec()).withResize(new Resize(Resize.Mode.LETTERBOX_CENTRE, 0)));
        });
    v5(
        all,
        "says anchors of other heads",
        Setting.ANCHORS,
        o -> {
          FaultyIr f = v5(o);
          List<List<Anchor>> usual = new ArrayList<>(YoloAnchors.usual(List.of(8, 16, 32)));
          Collections.reverse(usual);
          List<Anchor> flat = usual.stream().flatMap(List::stream).toList();
          return f.metadata(baked(f.spec()).withLayout(f.spec().layout().withAnchors(flat)));
        });
    v5(
        all,
        "says pixels, grid and anchors never applied",
        Setting.DECODING,
        o -> {
          FaultyIr f = FaultyIr.flat(o).preprocess(true, List.of(), BY_255);
          return f.metadata(baked(f.spec())).metadata("box_coding", "pixels");
        });
    v5(
        all,
        "says another input size",
        Setting.SIZE,
        o -> {
          FaultyIr f = v5(o);
          return f.metadata(baked(f.spec()))
              .metadata("input_width", "640")
              .metadata("input_height", "640");
        });
    v5(
        all,
        "says confidence 0.8",
        Setting.THRESHOLDS,
        o -> {
          FaultyIr f = v5(o);
          return f.metadata(baked(f.spec()).withThresholds(0.8f, 0.45f));
        });
    // ---- YOLOX
    yolox(
        all,
        "scale inside, unknown to the client",
        Setting.RANGE,
        o -> FaultyIr.flat(o).preprocess(false, List.of(), BY_255));
    yolox(
        all,
        "reversed inside, unknown to the client",
        Setting.COLOUR,
        o -> FaultyIr.flat(o).preprocess(true, List.of(), List.of()));
    yolox(
        all,
        "ImageNet inside",
        Setting.RANGE,
        o -> FaultyIr.flat(o).preprocess(true, MEAN, DEVIATION),
        Setting.COLOUR);
    yolox(
        all,
        "input taken as NHWC",
        Setting.ARRANGEMENT,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.before(t -> f.transpose(f.reshape(t, 1, 416, 416, 3), 0, 3, 1, 2));
        });
    yolox(
        all,
        "heads joined in reverse",
        Setting.HEADS,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 1, heads(CELLS_416, 1, 2, 1, 0)));
        });
    yolox(
        all,
        "rows scrambled over all",
        Setting.ROWS,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.reshape(f.transpose(t, 0, 2, 1), 1, 3549, 85));
        });
    yolox(
        all,
        "[1,5+nc,N]",
        Setting.LAYOUT,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.transpose(t, 0, 2, 1));
        });
    yolox(
        all,
        "classes rolled",
        Setting.CLASSES,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 2, rolled(-1)));
        });
    yolox(
        all,
        "y before x",
        Setting.BOX,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.behind(t -> f.gather(t, 2, columns(1, 0, 3, 2)));
        });
    yolox(
        all,
        "says reversed inside, is not",
        Setting.COLOUR,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec().withInputColour(Colour.RGB));
        });
    yolox(
        all,
        "says /255 at load",
        Setting.RANGE,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec().withNormalization(Normalization.TO_UNIT));
        });
    yolox(
        all,
        "says centred",
        Setting.RESIZE,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec().withResize(Resize.LETTERBOX));
        });
    yolox(
        all,
        "says stretch",
        Setting.RESIZE,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec().withResize(new Resize(Resize.Mode.STRETCH, 114)));
        });
    yolox(
        all,
        "says pad 0",
        Setting.PAD,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec().withResize(new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, 0)));
        });
    yolox(
        all,
        "says pixels, grid never applied",
        Setting.DECODING,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec()).metadata("box_coding", "pixels");
        });
    yolox(
        all,
        "says logits, are sigmoids",
        Setting.SIGMOID,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.metadata(f.spec()).metadata("logits", "true");
        });
    return all;
  }

  /** Faults that show on the demo's pictures, whose grey parts look alike in RGB and BGR. */
  private static void demo(List<Fault> all) {
    demo(all, "says scaled inside, is not", Setting.RANGE, o -> said(o, List.of()));
    demo(all, "says scaled once, is twice", Setting.RANGE, o -> said(o, List.of(65025f)));
    demo(
        all,
        "[1,5+nc,N]",
        Setting.LAYOUT,
        o -> {
          FaultyIr f = FaultyIr.flat(o).preprocess(true, List.of(), BY_255);
          return f.behind(t -> f.transpose(t, 0, 2, 1));
        });
    demo(
        all,
        "input taken as NHWC",
        Setting.ARRANGEMENT,
        o -> {
          FaultyIr f = FaultyIr.flat(o);
          return f.before(t -> f.transpose(f.reshape(t, 1, 288, 512, 3), 0, 3, 1, 2));
        });
    demo(
        all,
        "scale inside, unknown to the client",
        Setting.RANGE,
        o -> FaultyIr.flat(o).preprocess(false, List.of(), BY_255));
  }

  private static void demo(List<Fault> all, String name, Setting cause, Build build) {
    all.add(new Fault(DEMO, name, Set.of(cause), build));
  }

  private static FaultyIr said(Path onnx, List<Float> scale) {
    FaultyIr f = FaultyIr.heads(onnx).preprocess(true, List.of(), scale);
    return f.metadata(baked(f.spec()));
  }

  private static void v5(List<Fault> all, String name, Setting cause, Build build) {
    all.add(new Fault(V5, name, Set.of(cause), build));
  }

  private static void yolox(
      List<Fault> all, String name, Setting cause, Build build, Setting... more) {
    List<Setting> causes = new ArrayList<>(List.of(more));
    causes.add(cause);
    all.add(new Fault(YOLOX, name, Set.copyOf(causes), build));
  }

  public Path onnx() {
    return TestModels.onnx(model);
  }
}
