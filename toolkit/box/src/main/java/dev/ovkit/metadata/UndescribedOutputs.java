package dev.ovkit.metadata;

import dev.ovkit.ModelException;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.model.Assumption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The outputs of an IR whose metadata names no layout.
 *
 * @param width of the network's input
 * @param height of the network's input
 * @param strides a set of strides that is usual, to be tried
 * @param labels the class names; empty if there are none
 * @param pointShape how many key points an object has, and how many numbers a point; empty if it is
 *     unknown
 * @param outputs as the IR declares them
 * @param origins for each output the types of the layers that its numbers come from
 * @param assume takes each thing that had to be guessed
 * @param refusal makes the error of a reason
 */
public record UndescribedOutputs(
    int width,
    int height,
    List<Integer> strides,
    List<String> labels,
    List<Integer> pointShape,
    List<TensorDescription> outputs,
    List<List<String>> origins,
    Consumer<Assumption> assume,
    Function<String, ModelException> refusal) {

  /** Returns the outputs that are maps: of rank 4 and more. */
  public List<TensorDescription> maps() {
    return outputs.stream().filter(o -> o.shape().size() >= 4).toList();
  }

  /** Returns the outputs of rank 3. */
  public List<TensorDescription> flat() {
    return outputs.stream().filter(o -> o.shape().size() == 3).toList();
  }

  /** Returns the types of the layers that an output's numbers come from. */
  public List<String> originsOf(TensorDescription output) {
    return origins.get(outputs.indexOf(output));
  }

  /** Returns the cells of grids with the strides; 0 where one does not divide the input. */
  public int cells() {
    int cells = 0;
    for (int stride : strides) {
      if (height % stride != 0 || width % stride != 0) {
        return 0;
      }
      cells += (height / stride) * (width / stride);
    }
    return cells;
  }

  /**
   * Returns the shape of an input whose batch or size is open: one picture of the noted size.
   *
   * @param noted height and width; empty if nothing notes them, which leaves them open
   */
  static List<Long> input(List<Long> declared, List<Integer> noted) {
    List<Long> shape = new ArrayList<>(declared);
    for (int axis = 0; axis < shape.size(); axis++) {
      if (shape.get(axis) < 0 && (axis == 0 || (axis >= 2 && noted.size() == 2))) {
        shape.set(axis, axis == 0 ? 1L : noted.get(axis - 2));
      }
    }
    return shape;
  }

  /**
   * Returns the outputs as they are once the input has its size: of one picture, with a column for
   * each cell, and maps of a quarter of the input's sides, as prototypes of masks are. How many
   * rows there are stays open: a cell may have one or three, and a suppression leaves any number.
   */
  public UndescribedOutputs closed() {
    return new UndescribedOutputs(
        width,
        height,
        strides,
        labels,
        pointShape,
        outputs.stream().map(this::closed).toList(),
        origins,
        assume,
        refusal);
  }

  private TensorDescription closed(TensorDescription output) {
    List<Long> shape = new ArrayList<>(output.shape());
    for (int axis = 0; axis < shape.size(); axis++) {
      if (shape.get(axis) < 0) {
        shape.set(axis, closed(axis, shape.size()));
      }
    }
    return new TensorDescription(output.names(), shape, output.elementType());
  }

  /** Returns the length of an open side; -1 if it stays open. */
  private long closed(int axis, int rank) {
    if (axis == 0) {
      return 1;
    }
    if (rank == 4 && axis > 1) {
      return (axis == 2 ? height : width) / 4;
    }
    return rank == 3 && axis == 2 && cells() > 0 ? cells() : -1;
  }

  /** Returns names and shapes of all outputs, for a message. */
  public String text() {
    return outputs.stream()
        .map(o -> "'" + o.name() + "' " + o.shapeText())
        .collect(Collectors.joining(", "));
  }
}
