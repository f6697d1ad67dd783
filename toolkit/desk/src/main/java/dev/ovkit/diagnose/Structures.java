package dev.ovkit.diagnose;

import dev.ovkit.ModelException;
import dev.ovkit.diagnose.OutputReading.BoxColumns;
import dev.ovkit.diagnose.OutputReading.Decoding;
import dev.ovkit.diagnose.OutputReading.Order;
import dev.ovkit.diagnose.OutputReading.Score;
import dev.ovkit.diagnose.OutputReading.Sigmoid;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.CandidateForm;
import dev.ovkit.head.Head;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.layout.YoloAnchors;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the outputs of an IR can be taken for, judged by their shapes alone. */
final class Structures {

  private static final List<List<Integer>> STRIDES =
      List.of(List.of(8, 16, 32), List.of(8, 16, 32, 64));

  private final IrDescription ir;
  private final int width;
  private final int height;
  private final Hints hints;

  /**
   * What is known of the right model.
   *
   * @param classes their number; 0 if it is not known
   * @param anchors by rising stride; empty if they are not known
   */
  record Hints(int classes, List<List<Anchor>> anchors) {}

  Structures(IrDescription ir, Network network, Hints hints) {
    this.ir = ir;
    this.width = network.width();
    this.height = network.height();
    this.hints = hints;
  }

  /**
   * Returns a spec's own reading of the outputs.
   *
   * @throws ModelException when the shapes do not fit it
   */
  OutputReading of(DetectorSpec spec) {
    HeadLayout layout = spec.layout();
    CandidateForm form =
        layout
            .form()
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s: its layout '%s' can only be read in one way, so there is no other setting to try; 'ovkit verify MODEL.onnx %s' compares it with its ONNX, and 'ovkit convert --layout' describes the ONNX in another way"
                            .formatted(ir.xml(), layout.name(), ir.xml())));
    Decoding decoding =
        switch (form.boxes()) {
          case PIXELS -> Decoding.PIXELS;
          case YOLOV5_SIGMOID -> Decoding.YOLOV5;
          case YOLOX -> Decoding.YOLOX;
        };
    List<Block> blocks = blocks(layout, form);
    Order order =
        switch (form.arrangement()) {
          case COLUMNS -> Order.COLUMNS;
          case ROWS -> Order.ROWS;
          case MAPS ->
              ir.outputs().get(blocks.get(0).tensor()).shape().size() == 5
                  ? Order.ROWS
                  : Order.PLANES;
        };
    Sigmoid sigmoid = form.logits() ? Sigmoid.NONE : Sigmoid.ONCE;
    return reading(blocks, order, layout.classes(), form.objectness(), sigmoid, decoding);
  }

  private List<Block> blocks(HeadLayout layout, CandidateForm form) {
    List<Block> blocks = new ArrayList<>();
    if (form.arrangement() == CandidateForm.Arrangement.MAPS) {
      for (Head head : layout.heads()) {
        blocks.add(
            block(tensor(head.output()), 0, head.anchors().size(), head.stride(), head.anchors()));
      }
      return blocks;
    }
    int tensor = tensor(layout.outputs().get(0));
    boolean rows = form.arrangement() == CandidateForm.Arrangement.ROWS;
    if (form.boxes() == BoxCoding.PIXELS) {
      int candidates = Math.toIntExact(ir.outputs().get(tensor).shape().get(rows ? 1 : 2));
      return grid(tensor, candidates, false);
    }
    int first = 0;
    for (Head head : layout.heads()) {
      int anchors = Math.max(1, head.anchors().size());
      Block block = block(tensor, first, anchors, head.stride(), head.anchors());
      blocks.add(block);
      first += block.candidates();
    }
    return blocks;
  }

  /** Returns every reading that the shapes allow, likelier ones first. */
  List<OutputReading> all() {
    Set<OutputReading> all = new LinkedHashSet<>();
    for (int i = 0; i < ir.outputs().size(); i++) {
      List<Long> s = ir.outputs().get(i).shape();
      if (s.size() == 3 && s.get(0) == 1) {
        flat(i, Math.toIntExact(s.get(1)), Math.toIntExact(s.get(2)), Order.ROWS, all);
        flat(i, Math.toIntExact(s.get(2)), Math.toIntExact(s.get(1)), Order.COLUMNS, all);
      }
    }
    for (Order order :
        List.of(
            Order.PLANES,
            Order.ROWS,
            Order.ROWS_CELL_FIRST,
            Order.PLANES_ANCHOR_SECOND,
            Order.ROWS_ANCHOR_LAST)) {
      maps(order, all);
    }
    return List.copyOf(all);
  }

  private void flat(int tensor, int candidates, int columns, Order order, Set<OutputReading> all) {
    List<Block> blocks = grid(tensor, candidates, true);
    boolean gridded = blocks.get(0).stride() > 0;
    if (candidates < columns && !gridded) {
      return;
    }
    for (boolean objectness : new boolean[] {true, false}) {
      int classes = columns - (objectness ? 5 : 4);
      if (classes < 1 || (hints.classes() > 0 && hints.classes() != classes)) {
        continue;
      }
      List<Block> plain = blocks.stream().map(b -> b.withPriors(List.of())).toList();
      for (Sigmoid sigmoid : List.of(Sigmoid.ONCE, Sigmoid.NONE)) {
        all.add(reading(plain, order, classes, objectness, sigmoid, Decoding.PIXELS));
        if (gridded && blocks.get(0).priors().isEmpty()) {
          all.add(reading(plain, order, classes, objectness, sigmoid, Decoding.YOLOX));
        } else if (gridded) {
          all.add(reading(blocks, order, classes, objectness, sigmoid, Decoding.YOLOV5));
        }
      }
    }
  }

  private void maps(Order order, Set<OutputReading> all) {
    List<Block> blocks = new ArrayList<>();
    int classes = 0;
    for (int i = 0; i < ir.outputs().size(); i++) {
      List<Long> s = ir.outputs().get(i).shape();
      int rank = s.size();
      if (rank < 4 || rank > 5 || s.get(0) != 1 || s.stream().anyMatch(d -> d < 1)) {
        continue;
      }
      boolean five = rank == 5;
      int[] d = s.stream().mapToInt(Math::toIntExact).toArray();
      int rows;
      int columns;
      int anchors = 0;
      int numbers;
      switch (order) {
        case PLANES, PLANES_ANCHOR_SECOND -> {
          rows = d[rank - 2];
          columns = d[rank - 1];
          anchors = five ? (order == Order.PLANES ? d[1] : d[2]) : 0;
          numbers = five ? d[1] * d[2] : d[1];
        }
        case ROWS -> {
          if (!five) {
            return;
          }
          rows = d[2];
          columns = d[3];
          anchors = d[1];
          numbers = d[1] * d[4];
        }
        default -> {
          rows = d[1];
          columns = d[2];
          anchors = five ? (order == Order.ROWS_CELL_FIRST ? d[3] : d[4]) : 0;
          numbers = five ? d[3] * d[4] : d[3];
        }
      }
      if (height % rows != 0 || width % columns != 0 || height / rows != width / columns) {
        return;
      }
      if (anchors == 0) {
        anchors =
            hints.classes() > 0 && numbers % (5 + hints.classes()) == 0
                ? numbers / (5 + hints.classes())
                : numbers % 3 == 0 && numbers >= 18 ? 3 : 1;
      }
      int inside = numbers / anchors - 5;
      if (inside < 1 || numbers % anchors != 0 || (classes != 0 && classes != inside)) {
        return;
      }
      classes = inside;
      blocks.add(new Block(i, 0, anchors, rows, columns, height / rows, List.of()));
    }
    if (blocks.isEmpty()) {
      return;
    }
    blocks.sort(Comparator.comparingInt(Block::stride));
    List<List<Anchor>> priors = anchors(blocks.stream().map(Block::stride).toList());
    for (Sigmoid sigmoid : List.of(Sigmoid.NONE, Sigmoid.ONCE)) {
      OutputReading plain = reading(blocks, order, classes, true, sigmoid, Decoding.YOLOX);
      if (priors != null && priors.get(0).size() == blocks.get(0).anchors()) {
        all.add(plain.with(Decoding.YOLOV5).withPriors(priors));
      } else if (blocks.get(0).anchors() == 1) {
        all.add(plain);
      }
    }
  }

  /** Deals the rows of a flat output to heads; one block without a grid where that cannot be. */
  private List<Block> grid(int tensor, int candidates, boolean withPriors) {
    for (List<Integer> strides : STRIDES) {
      if (strides.stream().anyMatch(s -> width % s != 0 || height % s != 0)) {
        continue;
      }
      int cells = strides.stream().mapToInt(s -> width / s * (height / s)).sum();
      if (candidates == cells || candidates == 3 * cells) {
        @Nullable List<List<Anchor>> priors =
            candidates == cells || !withPriors ? null : anchors(strides);
        List<Block> blocks = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < strides.size(); i++) {
          Block block =
              block(
                  tensor,
                  first,
                  candidates / cells,
                  strides.get(i),
                  priors == null ? List.of() : priors.get(i));
          blocks.add(block);
          first += block.candidates();
        }
        return blocks;
      }
    }
    return List.of(new Block(tensor, 0, 1, 1, candidates, 0, List.of()));
  }

  /** Returns anchors by rising stride: those of the right model, else the usual ones. */
  @Nullable List<List<Anchor>> anchors(List<Integer> strides) {
    return hints.anchors().size() == strides.size() ? hints.anchors() : YoloAnchors.usual(strides);
  }

  private Block block(int tensor, int first, int anchors, int stride, List<Anchor> priors) {
    if (height % stride != 0 || width % stride != 0) {
      throw new ModelException(
          "%s: its input of %dx%d is not a multiple of stride %d"
              .formatted(ir.xml(), width, height, stride));
    }
    return new Block(tensor, first, anchors, height / stride, width / stride, stride, priors);
  }

  private int tensor(String name) {
    for (int i = 0; i < ir.outputs().size(); i++) {
      TensorDescription output = ir.outputs().get(i);
      if (output.names().contains(name) || output.name().equals(name)) {
        return i;
      }
    }
    throw new ModelException(
        "%s: its metadata names an output '%s', which it does not have; it has %s"
            .formatted(
                ir.xml(), name, ir.outputs().stream().map(TensorDescription::name).toList()));
  }

  private static OutputReading reading(
      List<Block> blocks,
      Order order,
      int classes,
      boolean objectness,
      Sigmoid sigmoid,
      Decoding decoding) {
    return new OutputReading(
        blocks,
        order,
        classes,
        objectness,
        sigmoid,
        decoding,
        BoxColumns.CENTRE_SIZE,
        Score.PRODUCT,
        0);
  }
}
