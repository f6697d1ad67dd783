package dev.ovkit.serve.protocol;

import dev.ovkit.vision.Detector.RawOutput;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;

/** What a network made of pictures, as tensors: each output of all pictures one after the other. */
public final class RawTensors {

  /**
   * Returns the outputs.
   *
   * @param pictures for each the same outputs
   * @throws ProtocolException if their sizes differ from picture to picture
   */
  public static List<TensorOutput> of(List<List<RawOutput>> pictures) {
    List<TensorOutput> outputs = new ArrayList<>();
    for (int i = 0; i < pictures.get(0).size(); i++) {
      int number = i;
      outputs.add(stacked(pictures.stream().map(one -> one.get(number)).toList()));
    }
    return outputs;
  }

  private static TensorOutput stacked(List<RawOutput> pictures) {
    RawOutput first = pictures.get(0);
    for (RawOutput one : pictures) {
      if (!one.shape().equals(first.shape())) {
        throw new ProtocolException(
            "the output '%s' has another size for each picture; send one picture"
                .formatted(first.name()));
      }
    }
    List<Integer> shape = new ArrayList<>();
    first.shape().forEach(side -> shape.add(Math.toIntExact(side)));
    if (!shape.isEmpty() && shape.get(0) == 1) {
      shape.set(0, pictures.size());
    } else {
      shape.add(0, pictures.size());
    }
    return new TensorOutput(
        first.name(),
        Datatype.FP32,
        shape,
        new Joined(pictures.stream().map(RawOutput::values).toList()));
  }

  /** Arrays of one length as one list, without a copy. */
  private static final class Joined extends AbstractList<Float> implements RandomAccess {
    private final List<float[]> arrays;
    private final int length;

    Joined(List<float[]> arrays) {
      this.arrays = arrays;
      this.length = arrays.get(0).length;
    }

    @Override
    public Float get(int index) {
      return arrays.get(index / length)[index % length];
    }

    @Override
    public int size() {
      return Math.multiplyExact(arrays.size(), length);
    }
  }

  private RawTensors() {}
}
