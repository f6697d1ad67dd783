package dev.ovkit.subject;

import dev.ovkit.model.Detections;
import java.util.List;

/**
 * What a model says of one picture.
 *
 * @param outputs the raw outputs, in the model's order
 * @param detections the boxes read from them
 */
public record Answer(List<Output> outputs, Detections detections) {

  public Answer {
    outputs = List.copyOf(outputs);
  }
}
