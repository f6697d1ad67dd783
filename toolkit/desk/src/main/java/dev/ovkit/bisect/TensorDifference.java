package dev.ovkit.bisect;

import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * How a tensor of the second model differs from that of the first.
 *
 * @param first the numbers of the first model
 * @param second those of the second
 * @param error the root mean square of the difference in the worst channel, over that of the first
 *     model's numbers in this channel, or in the whole tensor if these are larger; infinite where a
 *     number is finite in one model only
 * @param channel the worst channel: along axis 1 of four dimensions and more, else along the last
 * @param relativeL2 the norm of the difference over the norm of the first model's numbers
 * @param maxAbs the largest difference of two numbers
 * @param at where that is
 */
public record TensorDifference(
    ValueStatistics first,
    ValueStatistics second,
    double error,
    int channel,
    double relativeL2,
    double maxAbs,
    List<Long> at) {

  /** Numbers this small are nothing beside what a detector computes with. */
  private static final double NOTHING = 1e-6;

  /** Scores this small mean nothing, and engines compute a sigmoid to 1e-7 of 1. */
  private static final double NO_SCORE = 2e-3;

  private static final int IMAGE_RANK = 4;

  public TensorDifference {
    at = List.copyOf(at);
  }

  /** Compares two tensors of the same shape. */
  static TensorDifference of(TensorValues first, TensorValues second) {
    float[] a = first.numbers();
    float[] b = second.numbers();
    Shape shape = first.shape();
    int axis = shape.rank() >= IMAGE_RANK ? 1 : shape.rank() - 1;
    int count = axis < 0 ? 1 : Math.max(1, Math.toIntExact(shape.dimension(axis)));
    int each = axis < 0 ? 1 : inner(shape, axis);
    double[] differences = new double[count];
    double[] norms = new double[count];
    double most = 0;
    int at = 0;
    boolean finite = true;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) b[i] - a[i];
      if (Double.isFinite(difference)) {
        int channel = i / each % count;
        differences[channel] += difference * difference;
        norms[channel] += (double) a[i] * a[i];
        if (Math.abs(difference) > most) {
          most = Math.abs(difference);
          at = i;
        }
      } else if (Float.compare(a[i], b[i]) != 0 && finite) {
        finite = false;
        at = i;
        most = Double.POSITIVE_INFINITY;
      }
    }
    double difference = sum(differences);
    double norm = sum(norms);
    double perChannel = Math.max(1, a.length / (double) count);
    ValueStatistics values = ValueStatistics.of(a);
    boolean scores = values.min() >= 0 && values.max() <= 1;
    double scale = Math.max(scores ? NO_SCORE : NOTHING, Math.sqrt(norm / Math.max(1, a.length)));
    int worst = 0;
    double error = 0;
    for (int channel = 0; channel < count; channel++) {
      double own =
          Math.sqrt(differences[channel] / perChannel)
              / Math.max(scale, Math.sqrt(norms[channel] / perChannel));
      if (own > error) {
        error = own;
        worst = channel;
      }
    }
    return new TensorDifference(
        values,
        ValueStatistics.of(b),
        finite ? error : Double.POSITIVE_INFINITY,
        worst,
        difference == 0 ? 0 : Math.sqrt(difference / norm),
        most,
        place(shape, at));
  }

  private static double sum(double[] parts) {
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    return sum;
  }

  /** How many numbers of one channel follow each other. */
  private static int inner(Shape shape, int channels) {
    long inner = 1;
    for (int axis = channels + 1; axis < shape.rank(); axis++) {
      inner *= shape.dimension(axis);
    }
    return Math.max(1, Math.toIntExact(inner));
  }

  private static List<Long> place(Shape shape, int index) {
    List<Long> place = new ArrayList<>();
    long rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      long size = Math.max(1, shape.dimension(axis));
      place.add(0, rest % size);
      rest /= size;
    }
    return place;
  }
}
