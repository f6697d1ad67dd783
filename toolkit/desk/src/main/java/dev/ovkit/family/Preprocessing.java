package dev.ovkit.family;

import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
  private static final String IMAGENET = "the family is trained on ImageNet's mean and deviation";
  private static final Resize STRETCH = new Resize(Resize.Mode.STRETCH, 0);

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

  /** RGB, 0..1, letterboxed in the centre on middle grey. */
  static final Preprocessing AS_DARKNET =
      RGB_TO_UNIT.with(new Resize(Resize.Mode.LETTERBOX_CENTRE, 128));

  /** What most of the field does, of a model that was described by hand. */
  static final Preprocessing USUAL =
      new Preprocessing(
          Colour.RGB,
          "most detectors are trained on RGB; --model-colour says otherwise",
          List.of(),
          List.of(255f),
          "most detectors are trained on 0..1; --mean and --scale-values say otherwise",
          Resize.LETTERBOX,
          "most detectors are trained so; --letterbox and --pad say otherwise");

  /** RGB, 0..1, stretched. */
  static final Preprocessing STRETCHED_TO_UNIT = RGB_TO_UNIT.with(STRETCH);

  /** RGB, ImageNet's mean and deviation, stretched. */
  static final Preprocessing STRETCHED_AS_IMAGENET =
      new Preprocessing(
          Colour.RGB,
          RGB_TO_UNIT.colourReason(),
          List.of(123.675f, 116.28f, 103.53f),
          List.of(58.395f, 57.12f, 57.375f),
          IMAGENET,
          STRETCH,
          RGB_TO_UNIT.resizeReason());

  /** The same, scaled as PaddleDetection does. */
  static final Preprocessing STRETCHED_AS_PADDLE =
      STRETCHED_AS_IMAGENET.with(STRETCH.withInterpolation(Resize.Interpolation.BICUBIC));

  /** BGR, ImageNet's mean and deviation, stretched. */
  static final Preprocessing BGR_AS_IMAGENET =
      new Preprocessing(
          Colour.BGR,
          "the family is trained on BGR",
          List.of(103.53f, 116.28f, 123.675f),
          List.of(57.375f, 57.12f, 58.395f),
          IMAGENET,
          STRETCH,
          RGB_TO_UNIT.resizeReason());

  /** The same pictures in another place of the input. */
  Preprocessing with(Resize other) {
    return new Preprocessing(colour, colourReason, mean, scale, scaleReason, other, resizeReason);
  }

  /** The same with the place of the picture that an exporter noted; a stretch has none. */
  public Preprocessing asNoted(Map<String, String> notes) {
    String place = notes.getOrDefault("letterbox_pad", "").toLowerCase(Locale.ROOT);
    Resize.Mode mode =
        place.matches("top.?left|bottom.?right")
            ? Resize.Mode.LETTERBOX_TOP_LEFT
            : place.matches("cent(er|re).*") ? Resize.Mode.LETTERBOX_CENTRE : resize.mode();
    return mode == resize.mode() || resize.mode() == Resize.Mode.STRETCH
        ? this
        : new Preprocessing(
            colour,
            colourReason,
            mean,
            scale,
            scaleReason,
            new Resize(mode, resize.padValue(), resize.interpolation()),
            "the exporter noted letterbox_pad " + place);
  }

  public Preprocessing {
    mean = List.copyOf(mean);
    scale = List.copyOf(scale);
  }
}
