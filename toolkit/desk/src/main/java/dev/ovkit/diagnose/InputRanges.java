package dev.ovkit.diagnose;

import dev.ovkit.model.Colour;
import dev.ovkit.model.Normalization;
import java.util.List;

/**
 * What may be done to the numbers of a picture at load, as {@code (x - mean) / scale} with a mean
 * and a scale a channel.
 *
 * <p>A step inside an IR cannot be taken out, but it can be undone before it: where the graph
 * computes {@code f} and the model expects {@code g}, the client feeds {@code f⁻¹(g(x))}.
 *
 * @param title what it is
 * @param cause what is wrong where it helps
 * @param mean in RGB order
 * @param scale in RGB order
 * @param wanted what the model itself expects: the flags of a correct conversion
 */
record InputRanges(String title, String cause, float[] mean, float[] scale, String wanted) {

  /** ImageNet's mean and deviation of pixels 0..255, as torchvision documents them times 255. */
  private static final float[] MEAN = {123.675f, 116.28f, 103.53f};

  private static final float[] DEVIATION = {58.395f, 57.12f, 57.375f};

  private static final String IMAGENET =
      "--mean 123.675,116.28,103.53 --scale-values 58.395,57.12,57.375";

  private interface Of {
    double value(double mean, double deviation);
  }

  static List<InputRanges> all() {
    return List.of(
        of(
            "0..255 as they are",
            "the numbers are divided (or shifted) twice: inside the IR, and before it by the"
                + " client",
            (m, d) -> 0,
            (m, d) -> 1,
            "-s 255"),
        of(
            "divided by 255",
            "/255 is missing: neither the IR nor its client divides",
            (m, d) -> 0,
            (m, d) -> 255,
            "-s 255"),
        of(
            "times 255",
            "the IR divides by 255 once too often (scale doubled)",
            (m, d) -> 0,
            (m, d) -> 1 / 255.0,
            "-s 255"),
        of(
            "times 255 twice",
            "the IR divides by 255 twice too often",
            (m, d) -> 0,
            (m, d) -> 1 / 65025.0,
            "-s 255"),
        of(
            "halved",
            "the IR divides by half of what the model expects, such as by 127.5 instead of 255",
            (m, d) -> 0,
            (m, d) -> 2,
            "-s 255"),
        of(
            "ImageNet's mean and scale applied",
            "ImageNet's mean and scale are missing",
            (m, d) -> m,
            (m, d) -> d,
            IMAGENET),
        of(
            "ImageNet's mean and scale applied, times 255",
            "the IR divides by 255, but the model expects ImageNet's mean and scale",
            (m, d) -> m,
            (m, d) -> d / 255,
            IMAGENET),
        of(
            "ImageNet's mean and scale undone",
            "the IR applies ImageNet's mean and scale, but the model expects 0..255",
            (m, d) -> -m / d,
            (m, d) -> 1 / d,
            ""),
        of(
            "ImageNet's mean and scale undone, divided by 255",
            "the IR applies ImageNet's mean and scale, but the model expects 0..1",
            (m, d) -> -255 * m / d,
            (m, d) -> 255 / d,
            "-s 255"),
        of(
            "scale before mean undone",
            "the IR applies scale and mean in the wrong order (scale first)",
            (m, d) -> m * (1 - d),
            (m, d) -> 1,
            IMAGENET),
        of(
            "mean of 0..1 on numbers of 0..255 undone",
            "the mean in the IR is that of 0..1, but its numbers are 0..255",
            (m, d) -> m - m / 255,
            (m, d) -> 1,
            IMAGENET),
        of(
            "scale before mean undone, 0..255",
            "the IR applies scale and mean in the wrong order (scale first), and the model expects"
                + " 0..255",
            (m, d) -> -m,
            (m, d) -> 1 / d,
            ""),
        of(
            "/255 before mean undone, 0..1",
            "the IR applies /255 and a mean in the wrong order (/255 first), and the model expects"
                + " 0..1",
            (m, d) -> -255 * m,
            (m, d) -> 1,
            "-s 255"),
        of(
            "-1..1",
            "a mean and scale of 127.5 are missing",
            (m, d) -> 127.5,
            (m, d) -> 127.5,
            "--mean 127.5 --scale 127.5"),
        of(
            "-1..1 undone",
            "the IR applies a mean and scale of 127.5, but the model expects 0..255",
            (m, d) -> -1,
            (m, d) -> 1 / 127.5,
            ""),
        of(
            "-1..1 undone, divided by 255",
            "the IR applies a mean and scale of 127.5, but the model expects 0..1",
            (m, d) -> -255,
            (m, d) -> 2,
            "-s 255"),
        of(
            "ImageNet's mean undone",
            "the IR subtracts ImageNet's mean, but the model expects no mean",
            (m, d) -> -m,
            (m, d) -> 1,
            ""));
  }

  private static InputRanges of(String title, String cause, Of mean, Of scale, String wanted) {
    float[] means = new float[3];
    float[] scales = new float[3];
    for (int i = 0; i < 3; i++) {
      means[i] = (float) mean.value(MEAN[i], DEVIATION[i]);
      scales[i] = (float) scale.value(MEAN[i], DEVIATION[i]);
    }
    return new InputRanges(title, cause, means, scales, wanted);
  }

  /** Returns whether a range is one that detectors take, or /255 undone. */
  static boolean isUsual(String title) {
    return all().subList(0, 3).stream().anyMatch(r -> r.title().equals(title));
  }

  /** Returns it for channels in an order. */
  Normalization in(Colour colour) {
    return new Normalization(values(mean, colour, 0), values(scale, colour, 1));
  }

  private static List<Float> values(float[] rgb, Colour colour, float nothing) {
    if (rgb[0] == rgb[1] && rgb[1] == rgb[2]) {
      return rgb[0] == nothing ? List.of() : List.of(rgb[0]);
    }
    return colour == Colour.RGB ? List.of(rgb[0], rgb[1], rgb[2]) : List.of(rgb[2], rgb[1], rgb[0]);
  }
}
