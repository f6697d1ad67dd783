package dev.ovkit.quantize;

import dev.ovkit.model.DetectOptions;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.IrSubject;
import dev.ovkit.subject.Output;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a model's outputs are from the f32 ones, on a few pictures.
 *
 * <p>Of a whole 8-bit model this says nothing of its accuracy (docs/quantize.md); of one
 * convolution alone it ranks.
 */
final class Costs implements AutoCloseable {

  private static final int PICTURES = 3;

  private final List<Picture> pictures = new ArrayList<>();
  private final List<List<Output>> expected = new ArrayList<>();

  private Costs() {}

  static Costs of(Path reference, List<Path> files, int bitDepth) {
    Costs costs = new Costs();
    int count = Math.min(PICTURES, files.size());
    try (IrSubject subject = IrSubject.open(reference, DetectOptions.defaults())) {
      for (int i = 0; i < count; i++) {
        costs.pictures.add(Picture.read(files.get(i * files.size() / count), bitDepth));
        costs.expected.add(subject.answer(costs.pictures.get(i)).outputs());
      }
      return costs;
    } catch (RuntimeException e) {
      costs.close();
      throw e;
    }
  }

  /** Returns the relative L2 error, the mean over the outputs and pictures. */
  double of(Path candidate) {
    double sum = 0;
    int count = 0;
    try (IrSubject subject = IrSubject.open(candidate, DetectOptions.defaults())) {
      for (int i = 0; i < pictures.size(); i++) {
        List<Output> outputs = subject.answer(pictures.get(i)).outputs();
        for (int o = 0; o < outputs.size(); o++) {
          sum += error(expected.get(i).get(o).values(), outputs.get(o).values());
          count++;
        }
      }
    }
    return sum / count;
  }

  private static double error(float[] expected, float[] actual) {
    double lost = 0;
    double all = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = (double) actual[i] - expected[i];
      lost += difference * difference;
      all += (double) expected[i] * expected[i];
    }
    return all > 0 ? Math.sqrt(lost / all) : 0;
  }

  @Override
  public void close() {
    pictures.forEach(Picture::close);
  }
}
