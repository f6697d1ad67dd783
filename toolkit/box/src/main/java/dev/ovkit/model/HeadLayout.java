package dev.ovkit.model;

import java.util.ArrayList;
import java.util.List;

/** How a detector lays out its candidates in its output tensors, and what the numbers mean. */
public sealed interface HeadLayout {

  /** The number of classes. */
  int classes();

  /**
   * Returns the layout with other anchors.
   *
   * @param anchors of all heads, by rising stride, as many for each
   * @throws IllegalArgumentException if the layout uses none, or they do not divide evenly
   */
  default HeadLayout withAnchors(List<Anchor> anchors) {
    if (this instanceof RawHeads raw) {
      return new RawHeads(deal(raw.heads(), anchors), raw.classes());
    }
    if (this instanceof FlatRows rows && rows.boxes() == BoxCoding.YOLOV5_SIGMOID) {
      return new FlatRows(
          rows.output(), rows.boxes(), rows.logits(), deal(rows.heads(), anchors), rows.classes());
    }
    if (this instanceof LazyHeads lazy) {
      List<Head> dealt = deal(lazy.heads().stream().map(LazyHead::head).toList(), anchors);
      List<LazyHead> heads = new ArrayList<>();
      for (int i = 0; i < dealt.size(); i++) {
        LazyHead head = lazy.heads().get(i);
        heads.add(new LazyHead(dealt.get(i), head.features(), head.channels()));
      }
      return new LazyHeads(heads, lazy.classes());
    }
    throw new IllegalArgumentException("this detector's output needs no anchors");
  }

  private static List<Head> deal(List<Head> heads, List<Anchor> anchors) {
    if (anchors.isEmpty() || anchors.size() % heads.size() != 0) {
      throw new IllegalArgumentException(
          "%d anchors cannot be dealt to %d heads".formatted(anchors.size(), heads.size()));
    }
    int each = anchors.size() / heads.size();
    List<Head> dealt = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      dealt.add(
          new Head(
              heads.get(i).output(),
              heads.get(i).stride(),
              anchors.subList(i * each, (i + 1) * each)));
    }
    return dealt;
  }

  /**
   * Raw heads of the YOLOv5 family: one output a stride, {@code [1, na*(5+nc), H, W]} (anchor-major
   * channels) or {@code [1, na, H, W, 5+nc]}, all logits; columns x, y, w, h, objectness, classes.
   *
   * <p>{@code xy = (2*sigmoid(v) - 0.5 + cell) * stride}, {@code wh = (2*sigmoid(v))^2 * anchor},
   * score = sigmoid(objectness) * sigmoid(class) (YOLOv5, from its release 2.0 on).
   *
   * @param heads by rising stride, each with its own output and anchors
   */
  record RawHeads(List<Head> heads, int classes) implements HeadLayout {
    public RawHeads {
      heads = byStride(heads);
      requireClasses(classes);
      if (heads.isEmpty()) {
        throw new IllegalArgumentException("a detector has at least one head");
      }
      for (Head head : heads) {
        if (head.anchors().isEmpty()) {
          throw new IllegalArgumentException(
              "the raw head of stride %d has no anchors".formatted(head.stride()));
        }
      }
    }
  }

  /**
   * One output {@code [1, N, 5+nc]}, a row a candidate: x, y, w, h, objectness, classes; rows
   * ordered by stride, then anchor, then grid row, then grid column.
   *
   * @param output the tensor's name
   * @param boxes what columns 0..3 mean
   * @param logits true where objectness and classes still want a sigmoid; with {@link
   *     BoxCoding#YOLOV5_SIGMOID} columns 0..3 want it too
   * @param heads by rising stride; empty when {@code boxes} is {@link BoxCoding#PIXELS}
   */
  record FlatRows(String output, BoxCoding boxes, boolean logits, List<Head> heads, int classes)
      implements HeadLayout {
    public FlatRows {
      heads = byStride(heads);
      requireClasses(classes);
      if (boxes != BoxCoding.PIXELS && heads.isEmpty()) {
        throw new IllegalArgumentException("rows that are not in pixels need the strides");
      }
      for (Head head : heads) {
        if (boxes == BoxCoding.YOLOV5_SIGMOID && head.anchors().isEmpty()) {
          throw new IllegalArgumentException(
              "rows of stride %d that lack their anchors need them".formatted(head.stride()));
        }
      }
    }
  }

  /**
   * One output {@code [1, 4+nc, N]} of the YOLOv8 kind: a column a candidate; box centre and size
   * in pixels of the input, then class probabilities; no objectness.
   */
  record FlatColumns(String output, int classes) implements HeadLayout {
    public FlatColumns {
      requireClasses(classes);
    }
  }

  /**
   * Raw heads of the YOLOv5 family of which the network computes the objectness alone: for each
   * head {@code [1, na, H, W]}, logits, and the feature map that the head's convolution reads. The
   * other numbers of a cell are that convolution's, computed by the client for the cells that pass;
   * they mean what those of {@link RawHeads} mean.
   *
   * <p>The IR's .bin ends with the convolutions: for each head, in the order of {@code heads}, f32
   * little-endian, {@code channels} rows of {@code na*(5+nc)} weights, then one row of biases.
   *
   * @param heads by rising stride
   */
  record LazyHeads(List<LazyHead> heads, int classes) implements HeadLayout {
    public LazyHeads {
      // RawHeads asks the same of its heads; the order decides where the weights are read.
      List<Head> sorted =
          new RawHeads(heads.stream().map(LazyHead::head).toList(), classes).heads();
      if (!sorted.equals(heads.stream().map(LazyHead::head).toList())) {
        throw new IllegalArgumentException("the heads do not come by rising stride");
      }
      heads = List.copyOf(heads);
    }

    /** Returns the floats of a head's convolution: weights and biases. */
    public int weights(LazyHead head) {
      return Math.multiplyExact(
          Math.addExact(head.channels(), 1), head.head().anchors().size() * (5 + classes));
    }

    /** Returns the bytes of all convolutions, at the end of the .bin. */
    public long weightBytes() {
      return heads.stream().mapToLong(head -> (long) Float.BYTES * weights(head)).sum();
    }
  }

  /**
   * One head of {@link LazyHeads}.
   *
   * @param head its output is the tensor of the objectness
   * @param features the tensor of the feature map, {@code [1, channels, H, W]}
   */
  record LazyHead(Head head, String features, int channels) {
    public LazyHead {
      if (channels < 1) {
        throw new IllegalArgumentException(
            "a feature map has at least one channel, not " + channels);
      }
    }
  }

  private static void requireClasses(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("a detector has at least one class, not " + classes);
    }
  }

  private static List<Head> byStride(List<Head> heads) {
    return heads.stream().sorted((a, b) -> Integer.compare(a.stride(), b.stride())).toList();
  }
}
