package dev.ovkit.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The times of one model, pass by pass, in the order of measurement; for one thread at a time. */
public final class Samples {

  private static final int STAGES = Stage.values().length;

  private int count;
  private int[] pictures = new int[64];
  private long[] nanos = new long[64 * STAGES];

  public Samples() {}

  /** Adds a pass; nanoseconds by the order of {@link Stage}. */
  void add(int picture, long... stages) {
    if (count == pictures.length) {
      pictures = Arrays.copyOf(pictures, count * 2);
      nanos = Arrays.copyOf(nanos, count * 2 * STAGES);
    }
    pictures[count] = picture;
    System.arraycopy(stages, 0, nanos, count * STAGES, STAGES);
    count++;
  }

  void addAll(Samples others) {
    for (int i = 0; i < others.count; i++) {
      add(others.pictures[i], Arrays.copyOfRange(others.nanos, i * STAGES, (i + 1) * STAGES));
    }
  }

  /** Returns the number of passes. */
  public int count() {
    return count;
  }

  /** Returns the milliseconds of a stage, pass by pass. */
  public double[] milliseconds(Stage stage) {
    return IntStream.range(0, count).mapToDouble(i -> at(i, stage)).toArray();
  }

  /** Returns the milliseconds of a stage in the passes over one picture. */
  public double[] milliseconds(Stage stage, int picture) {
    return IntStream.range(0, count)
        .filter(i -> pictures[i] == picture)
        .mapToDouble(i -> at(i, stage))
        .toArray();
  }

  private double at(int pass, Stage stage) {
    return nanos[pass * STAGES + stage.ordinal()] / 1e6;
  }
}
