package dev.ovkit.diagnose;

import dev.ovkit.subject.Answer;
import dev.ovkit.subject.Output;
import java.util.List;

/**
 * What the reference's outputs are, to see whether the network is at fault or what surrounds it.
 */
record RawOutputs(List<PictureAnswers> scenes, List<Answer> answers) {

  /**
   * Returns the relative L2 distance of an IR's outputs to the reference's on the first picture;
   * not a number where their shapes differ.
   */
  double distance(Network network, InputReading input) {
    List<Output> actual = scenes.get(0).outputs(network, input);
    double difference = 0;
    double norm = 0;
    for (Output wanted : answers.get(0).outputs()) {
      List<Output> same = actual.stream().filter(o -> o.shape().equals(wanted.shape())).toList();
      if (same.size() != 1) {
        return Double.NaN;
      }
      float[] a = wanted.values();
      float[] b = same.get(0).values();
      for (int i = 0; i < a.length; i++) {
        difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        norm += (double) a[i] * a[i];
      }
    }
    return Math.sqrt(difference / norm);
  }
}
