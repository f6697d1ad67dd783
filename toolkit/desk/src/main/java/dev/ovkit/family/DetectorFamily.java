package dev.ovkit.family;

import dev.ovkit.model.Anchor;
import dev.ovkit.model.BoxCoding;
import dev.ovkit.onnx.Shape;
import java.util.List;
import java.util.Optional;

/** What kind of detector a graph is, told by its shape alone: no name counts. */
public sealed interface DetectorFamily {

  /**
   * One detection head.
   *
   * @param node the node that gives it; may have no name
   * @param tensor the tensor {@code [1, channels, height, width]}
   * @param stride pixels of the input per cell
   * @param anchors as the graph's decoding has them; empty if it has none
   */
  record FoundHead(String node, String tensor, Shape shape, int stride, List<Anchor> anchors) {
    public FoundHead {
      anchors = List.copyOf(anchors);
    }
  }

  /** What the numbers of a flat output of the YOLOv5 family are. */
  enum Tail {
    /** Logits, as the heads give them. */
    LOGITS,
    /** Sigmoids, before grid and anchors. */
    SIGMOID,
    /** Boxes in pixels, sigmoids for the rest. */
    DECODED
  }

  /** Whether each row of a flat output is a candidate. */
  enum Rows {
    /** It is; they come by rising stride, then anchor, grid row, grid column. */
    IN_ORDER,
    /**
     * They come otherwise, as when a transpose is missing: the shape is right, the rows are not.
     */
    SCRAMBLED,
    /** The way from the heads to the output could not be followed. */
    UNTRACED
  }

  /** A flat output {@code [1, N, 5+nc]}. */
  record FlatOutput(String tensor, Tail tail, Rows rows) {}

  /**
   * YOLOv5 and its kin: raw heads {@code [1, na*(5+nc), H, W]}, anchor-major.
   *
   * @param heads by rising stride
   * @param anchorsPerCell na
   * @param flat the output that joins the heads, if the graph has one
   * @param notes what had to be assumed, one sentence each
   */
  record Yolov5(
      List<FoundHead> heads,
      int anchorsPerCell,
      int classes,
      Optional<FlatOutput> flat,
      List<String> notes)
      implements DetectorFamily {
    public Yolov5 {
      heads = List.copyOf(heads);
      notes = List.copyOf(notes);
    }
  }

  /**
   * YOLOX: decoupled anchor-free heads (box, objectness, classes), joined to {@code [1, N, 5+nc]}.
   *
   * @param heads where the three branches of a stride are joined, by rising stride
   * @param output the flat output
   * @param boxes {@link BoxCoding#PIXELS} if the graph decodes them
   * @param logits true where objectness and classes still want a sigmoid
   * @param rows whether a client can read them
   */
  record Yolox(
      List<FoundHead> heads, int classes, String output, BoxCoding boxes, boolean logits, Rows rows)
      implements DetectorFamily {
    public Yolox {
      heads = List.copyOf(heads);
    }
  }

  /** YOLOv8 and its kin: {@code [1, 4+nc, N]}, a column a candidate, boxes in pixels. */
  record Yolov8(String output, List<Integer> strides, int classes) implements DetectorFamily {
    public Yolov8 {
      strides = List.copyOf(strides);
    }
  }

  /**
   * None of them, as far as can be told.
   *
   * @param reason one sentence for the user
   */
  record Unknown(String reason) implements DetectorFamily {}
}
