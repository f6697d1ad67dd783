package dev.ovkit.model;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.CandidateForm;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.Head;
import dev.ovkit.head.HeadSplitter;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.metadata.LayoutFormat;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a detector lays out its candidates in its output tensors, and everything that follows from
 * it: how the layout is stored in an IR, how candidates are decoded, how the graph itself could
 * decode them.
 *
 * <p>Implementations are immutable values; each has a file of its own in {@code dev.ovkit.layout}
 * and a line in the list {@code Layouts.ALL} there. Nothing outside that package asks which layout
 * it has at hand: what differs is a method here.
 */
public interface HeadLayout {

  /** Returns the name under which an IR stores the layout; its {@link LayoutFormat} has it too. */
  String name();

  /** Returns the number of classes. */
  int classes();

  /** Returns what a detector of this layout finds. */
  default DetectorSpec.Task task() {
    return DetectorSpec.Task.DETECT;
  }

  /** Returns how many key points an object has; 0 where none are found. */
  default int keyPoints() {
    return 0;
  }

  /** Returns the names of the tensors that {@link HeadDecoder#decode} reads, in its order. */
  List<String> outputs();

  /** Returns the heads by rising stride; empty where boxes do not depend on them. */
  default List<Head> heads() {
    return List.of();
  }

  /** Adds what {@link LayoutFormat#read} needs to an IR's metadata, beyond name and classes. */
  void write(Map<String, String> info);

  /**
   * Returns a decoder, which keeps working memory: one for each thread.
   *
   * @param input the size of the network's input
   * @throws dev.ovkit.ModelException when a shape does not fit the layout
   */
  HeadDecoder decoder(InputSize input, OutputShapes shapes);

  /**
   * Prepares for decoding the outputs of an IR.
   *
   * @param ir where a layout may keep numbers of its own; null for a model that is no IR
   * @return makes decoders; may be shared by threads
   */
  default DecoderFactory decoders(@Nullable IrDescription ir) {
    return this::decoder;
  }

  /**
   * Returns the layout with other anchors.
   *
   * @param anchors of all heads, by rising stride, as many for each
   * @throws IllegalArgumentException if the layout uses none, or they do not divide evenly
   */
  default HeadLayout withAnchors(List<Anchor> anchors) {
    throw new IllegalArgumentException("this detector's output needs no anchors");
  }

  /** Returns the layout of the same tensors under other names. */
  HeadLayout renamed(UnaryOperator<String> names);

  /**
   * Returns whether the client finishes the network's own work, so that only ovkit can read the
   * outputs.
   */
  default boolean isLazy() {
    return false;
  }

  /**
   * Returns whether the network itself leaves one box an object, so that nothing is suppressed
   * after it.
   */
  default boolean isSuppressed() {
    return false;
  }

  /** Returns whether boxes are shares of the input, so that they fit a picture of any size. */
  default boolean boxesAreShares() {
    return false;
  }

  /**
   * Returns how the numbers of a candidate are arranged, for {@code diagnose}; empty where that is
   * fixed.
   */
  default Optional<CandidateForm> form() {
    return Optional.empty();
  }

  /** Returns the name of the wrapper of OpenVINO's Model API that reads these outputs. */
  default Optional<String> modelApiType() {
    return Optional.empty();
  }

  /** Returns an output in parts that are compared separately; empty to compare it as a whole. */
  default Optional<OutputParts> parts(List<Long> shape, float[] values) {
    return Optional.empty();
  }

  /**
   * Adds to a graph what turns the outputs into one {@code [1, 4 + classes, N]}: a column a
   * candidate, its centre and size in pixels of the input, then each class's score.
   *
   * @return the name of that output; empty where this layout cannot be decoded in the graph
   */
  default Optional<String> decodeInGraph(GraphWriter graph, InputSize input) {
    return Optional.empty();
  }

  /**
   * Returns the layout of which the network computes only as much as decides whether a candidate
   * counts; empty where that gains nothing.
   */
  default Optional<HeadLayout> lazy(HeadSplitter splitter) {
    return Optional.empty();
  }

  /** The shapes of a model's outputs. */
  @FunctionalInterface
  interface OutputShapes {
    List<Long> of(String output);
  }

  /** Where a picture is in a network's input, and how it is scaled. */
  interface InputPlacement {

    /** Returns the columns of the input before the picture. */
    int left();

    /** Returns the rows of the input above the picture. */
    int top();

    /** Returns the pixels of the scaled picture in a row. */
    int width();

    /** Returns the pixels of the scaled picture in a column. */
    int height();

    /** Returns the pixels of the picture itself in a row. */
    int sourceWidth();

    /** Returns the pixels of the picture itself in a column. */
    int sourceHeight();

    /** Maps an x of the input to an x of the picture. */
    double sourceX(double x);

    /** Maps a y of the input to a y of the picture. */
    double sourceY(double y);

    /** Returns the x on the picture that is nearest to an x beside it. */
    default double clipX(double x) {
      return Math.max(0, Math.min(sourceWidth(), x));
    }

    /** Returns the y on the picture that is nearest to a y beside it. */
    default double clipY(double y) {
      return Math.max(0, Math.min(sourceHeight(), y));
    }

    /** Returns the part of a box that is on the picture; null if there is none. */
    default @Nullable Box clip(double left, double top, double right, double bottom) {
      float x1 = (float) clipX(left);
      float y1 = (float) clipY(top);
      float x2 = (float) clipX(right);
      float y2 = (float) clipY(bottom);
      return x2 > x1 && y2 > y1 ? new Box(x1, y1, x2 - x1, y2 - y1) : null;
    }
  }

  /** Makes decoders for one model. */
  @FunctionalInterface
  interface DecoderFactory {
    HeadDecoder create(InputSize input, OutputShapes shapes);
  }

  /**
   * Reads candidates out of output tensors, in place, and makes objects on the picture of those
   * that suppression keeps. For one thread at a time.
   */
  @FunctionalInterface
  interface HeadDecoder {

    /**
     * Adds every candidate whose score reaches the threshold.
     *
     * @param tensors in the order of {@link HeadLayout#outputs}; read by index, not moved
     */
    void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates);

    /**
     * Returns where a candidate is on the picture; null if it is wholly beside it. Usually its box,
     * mapped back and clipped.
     */
    default @Nullable Box box(int candidate, Candidates candidates, InputPlacement placement) {
      return placement.clip(
          placement.sourceX(candidates.x1[candidate]),
          placement.sourceY(candidates.y1[candidate]),
          placement.sourceX(candidates.x2[candidate]),
          placement.sourceY(candidates.y2[candidate]));
    }

    /**
     * Adds to an object what the outputs have besides its box.
     *
     * @param found the object on the picture
     * @param candidate which of the candidates it is
     * @return null if it turns out to be no object, such as one whose mask has no pixels
     */
    default @Nullable Detection complete(
        Detection found,
        int candidate,
        Candidates candidates,
        List<FloatBuffer> tensors,
        InputPlacement placement) {
      return found;
    }
  }
}
