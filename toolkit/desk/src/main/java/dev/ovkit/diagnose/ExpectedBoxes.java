package dev.ovkit.diagnose;

import dev.ovkit.model.Detection;
import java.util.ArrayList;
import java.util.List;

/**
 * Boxes that are known to be right.
 *
 * @param cases pictures with their boxes
 * @param confidence the lowest score among them
 */
record ExpectedBoxes(List<Case> cases, float confidence) implements Evidence {

  /** A picture and its boxes. */
  record Case(PictureAnswers scene, List<Detection> boxes) {}

  @Override
  public Fit fit(Network network, Reading reading) {
    Fit.Sum sum = new Fit.Sum(confidence);
    for (Case one : cases) {
      List<Detection> actual =
          Decoder.read(
              one.scene.outputs(network, reading.input()),
              reading,
              network.letterbox(one.scene, reading.input()));
      sum.add(numbered(one.boxes, reading), actual);
    }
    return sum.fit();
  }

  /**
   * The same name is the same class; where the reading has no names, or the list has not, the same
   * number.
   */
  private static List<Detection> numbered(List<Detection> boxes, Reading reading) {
    List<Detection> numbered = new ArrayList<>();
    for (Detection d : boxes) {
      int named =
          reading.labels().isEmpty() || d.label().isEmpty()
              ? d.classId()
              : reading.labels().indexOf(d.label());
      numbered.add(new Detection(d.label(), named, d.score(), d.box()));
    }
    return numbered;
  }
}
