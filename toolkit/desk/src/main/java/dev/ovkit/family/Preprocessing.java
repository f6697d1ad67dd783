package dev.ovkit.family;

import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import java.util.List;

/**
 * How a family's models want their pictures, each with the reason in words.
 *
 * @param colour the order of channels that they are trained on
 * @param mean subtracted from 0..255; empty for none
 * @param scale then the divisor; empty for none
 */
public record Preprocessing(
    Colour colour,
    String colourReason,
    List<Float> mean,
    List<Float> scale,
    String scaleReason,
    Resize resize,
    String resizeReason) {

  private static final String NOTHING = "nothing is known of this model";

  /** Nothing is changed where nothing is known. */
  public static final Preprocessing UNKNOWN =
      new Preprocessing(
          Colour.BGR, NOTHING, List.of(), List.of(), NOTHING, Resize.LETTERBOX, NOTHING);

  /** RGB, 0..1, letterboxed in the centre: what most of the field trains on. */
  static final Preprocessing RGB_TO_UNIT =
      new Preprocessing(
          Colour.RGB,
          "the family is trained on RGB, and cameras and OpenCV give BGR",
          List.of(),
          List.of(255f),
          "the family is trained on 0..1",
          Resize.LETTERBOX,
          "as the family does it");

  public Preprocessing {
    mean = List.copyOf(mean);
    scale = List.copyOf(scale);
  }
}
