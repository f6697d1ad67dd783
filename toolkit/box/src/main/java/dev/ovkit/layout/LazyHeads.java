package dev.ovkit.layout;

import dev.ovkit.ModelException;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.Head;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Raw heads of the YOLOv5 family of which the network computes the objectness alone: for each head
 * {@code [1, na, H, W]}, logits, and the feature map that the head's convolution reads. The other
 * numbers of a cell are that convolution's, computed by the client for the cells that pass; they
 * mean what those of {@link RawHeads} mean.
 *
 * <p>The IR's .bin ends with the convolutions: for each head, in the order of {@code heads}, f32
 * little-endian, {@code channels} rows of {@code na*(5+nc)} weights, then one row of biases.
 *
 * <p>Metadata: {@code head_<i>_output}, {@code head_<i>_features} and {@code head_<i>_channels}
 * besides what {@link HeadList} says.
 *
 * @param lazy by rising stride
 */
public record LazyHeads(List<LazyHead> lazy, int classes) implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  /** Of one head; those of real detectors have some 100,000. */
  private static final long MOST_WEIGHTS = 1 << 28;

  /**
   * One head.
   *
   * @param head its output is the tensor of the objectness
   * @param features the tensor of the feature map, {@code [1, channels, H, W]}
   */
  public record LazyHead(Head head, String features, int channels) {
    public LazyHead {
      if (channels < 1) {
        throw new IllegalArgumentException(
            "a feature map has at least one channel, not " + channels);
      }
    }
  }

  public LazyHeads {
    // RawHeads asks the same of its heads; the order decides where the weights are read.
    List<Head> heads = lazy.stream().map(LazyHead::head).toList();
    if (!new RawHeads(heads, classes).heads().equals(heads)) {
      throw new IllegalArgumentException("the heads are not in order of rising stride");
    }
    for (LazyHead head : lazy) {
      long weights = (head.channels() + 1L) * head.head().anchors().size() * (5L + classes);
      if (weights > MOST_WEIGHTS) {
        throw new IllegalArgumentException(
            "a head of %d channels and %d classes has more than %d weights"
                .formatted(head.channels(), classes, MOST_WEIGHTS));
      }
    }
    lazy = List.copyOf(lazy);
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  @Override
  public boolean isLazy() {
    return true;
  }

  /** The objectness and the features of each head. */
  @Override
  public List<String> outputs() {
    return lazy.stream().flatMap(l -> List.of(l.head().output(), l.features()).stream()).toList();
  }

  @Override
  public List<Head> heads() {
    return lazy.stream().map(LazyHead::head).toList();
  }

  @Override
  public void write(Map<String, String> info) {
    for (int i = 0; i < lazy.size(); i++) {
      info.put(HeadList.key(i, "output"), lazy.get(i).head().output());
      info.put(HeadList.key(i, "features"), lazy.get(i).features());
      info.put(HeadList.key(i, "channels"), Integer.toString(lazy.get(i).channels()));
    }
    HeadList.write(heads(), info);
  }

  @Override
  public LazyHeads withAnchors(List<Anchor> anchors) {
    List<Head> dealt = HeadList.deal(heads(), anchors);
    List<LazyHead> changed = new ArrayList<>();
    for (int i = 0; i < dealt.size(); i++) {
      changed.add(new LazyHead(dealt.get(i), lazy.get(i).features(), lazy.get(i).channels()));
    }
    return new LazyHeads(changed, classes);
  }

  @Override
  public LazyHeads renamed(UnaryOperator<String> names) {
    List<Head> renamed = HeadList.renamed(heads(), names);
    List<LazyHead> changed = new ArrayList<>();
    for (int i = 0; i < renamed.size(); i++) {
      LazyHead head = lazy.get(i);
      changed.add(new LazyHead(renamed.get(i), names.apply(head.features()), head.channels()));
    }
    return new LazyHeads(changed, classes);
  }

  /** Returns the floats of a head's convolution: weights and biases. */
  public int weights(LazyHead head) {
    return Math.multiplyExact(
        Math.addExact(head.channels(), 1), head.head().anchors().size() * (5 + classes));
  }

  /** Returns the bytes of all convolutions, at the end of the .bin. */
  public long weightBytes() {
    return lazy.stream().mapToLong(head -> (long) Float.BYTES * weights(head)).sum();
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    throw new IllegalArgumentException("lazy heads are read with the weights of their IR");
  }

  /**
   * Reads the convolutions once.
   *
   * @throws ModelException when the .bin does not end with them, as after another tool saved the IR
   */
  @Override
  public DecoderFactory decoders(@Nullable IrDescription ir) {
    if (ir == null) {
      return this::decoder;
    }
    List<float[]> weights = read(ir);
    return (input, shapes) -> decoder(input, shapes, weights);
  }

  HeadDecoder decoder(InputSize input, OutputShapes shapes, List<float[]> weights) {
    List<HeadDecoder> decoders = new ArrayList<>();
    for (int i = 0; i < lazy.size(); i++) {
      LazyHead head = lazy.get(i);
      Grid grid = Grid.of(input, head.head());
      requirePlanes(head.head().output(), shapes, head.head().anchors().size(), grid);
      requirePlanes(head.features(), shapes, head.channels(), grid);
      decoders.add(new Decoder(2 * i, head, grid, classes, weights.get(i)));
    }
    return (tensors, threshold, candidates) -> {
      for (HeadDecoder decoder : decoders) {
        decoder.decode(tensors, threshold, candidates);
      }
    };
  }

  private static void requirePlanes(String output, OutputShapes shapes, long channels, Grid grid) {
    List<Long> wanted = List.of(1L, channels, (long) grid.rows(), (long) grid.columns());
    if (!shapes.of(output).equals(wanted)) {
      throw Grid.misfit(output, shapes.of(output), Grid.text(wanted));
    }
  }

  private List<float[]> read(IrDescription ir) {
    long begin = ir.weightsBytes() - weightBytes();
    if (begin < ir.constantsEnd()) {
      throw new ModelException(
          "%s: it does not end with the weights of lazy heads, %d bytes after those of the graph, although %s says so; another tool has saved it: convert the model again"
              .formatted(ir.weights(), weightBytes(), ir.xml().getFileName()));
    }
    try {
      FloatBuffer all =
          ir.lastWeights(Math.toIntExact(weightBytes()))
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
      List<float[]> heads = new ArrayList<>();
      for (LazyHead head : lazy) {
        float[] weights = new float[weights(head)];
        all.get(weights);
        heads.add(weights);
      }
      return heads;
    } catch (IOException e) {
      throw new ModelException(
          "%s: it cannot be read (%s)".formatted(ir.weights(), e.getMessage()), e);
    }
  }

  /**
   * Reads the objectness of a head, and computes the rest from the feature map where a cell passes.
   *
   * <p>It is right at every threshold. What it costs grows with the cells that pass, up to more
   * than the convolution in the network would have cost.
   */
  private static final class Decoder implements HeadDecoder {

    private final int place;
    private final int classes;
    private final int cells;
    private final AnchorBoxes boxes;

    /** Of every anchor, input channel by input channel, the biases last. */
    private final float[] weights;

    private final float[] objectness;

    /** The features of one cell, and what the convolution makes of them for one anchor. */
    private final float[] column;

    private final float[] values;

    Decoder(int place, LazyHead lazy, Grid grid, int classes, float[] weights) {
      this.place = place;
      this.classes = classes;
      this.cells = grid.cells();
      this.boxes = new AnchorBoxes(AnchorCoding.YOLOV5, lazy.head(), grid);
      this.weights = weights;
      this.objectness = new float[cells];
      this.column = new float[lazy.channels()];
      this.values = new float[5 + classes];
    }

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      FloatBuffer planes = tensors.get(place);
      FloatBuffer features = tensors.get(place + 1);
      float floor = Logits.floor(threshold);
      for (int a = 0; a < boxes.anchors(); a++) {
        planes.get(a * cells, objectness, 0, cells);
        for (int cell = 0; cell < cells; cell++) {
          if (objectness[cell] >= floor) {
            convolve(features, cell, a);
            int c = bestClass();
            float score = Logits.sigmoid(objectness[cell]) * Logits.sigmoid(values[5 + c]);
            if (score >= threshold) {
              boxes.add(values[0], values[1], values[2], values[3], a, cell, score, c, candidates);
            }
          }
        }
      }
    }

    /**
     * Sums over the input channels outside, so that the inner loop has no sum and can be vectors.
     */
    private void convolve(FloatBuffer features, int cell, int anchor) {
      int each = values.length;
      int row = boxes.anchors() * each;
      int at = anchor * each;
      for (int channel = 0; channel < column.length; channel++) {
        column[channel] = features.get(channel * cells + cell);
      }
      System.arraycopy(weights, column.length * row + at, values, 0, each);
      int channel = 0;
      // Four at once, so that a sum is loaded and stored a fourth as often.
      for (; channel + 4 <= column.length; channel += 4, at += 4 * row) {
        float f0 = column[channel];
        float f1 = column[channel + 1];
        float f2 = column[channel + 2];
        float f3 = column[channel + 3];
        int at1 = at + row;
        int at2 = at1 + row;
        int at3 = at2 + row;
        for (int i = 0; i < each; i++) {
          values[i] +=
              f0 * weights[at + i]
                  + f1 * weights[at1 + i]
                  + f2 * weights[at2 + i]
                  + f3 * weights[at3 + i];
        }
      }
      for (; channel < column.length; channel++, at += row) {
        for (int i = 0; i < each; i++) {
          values[i] += column[channel] * weights[at + i];
        }
      }
    }

    private int bestClass() {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        if (values[5 + c] > values[5 + best]) {
          best = c;
        }
      }
      return best;
    }
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "lazy-heads";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      List<LazyHead> lazy = new ArrayList<>();
      for (Head head : HeadList.read(info)) {
        int i = lazy.size();
        lazy.add(
            new LazyHead(
                head,
                info.text(HeadList.key(i, "features")),
                info.whole(HeadList.key(i, "channels"))));
      }
      return new LazyHeads(lazy, classes);
    }
  }
}
