package dev.ovkit.bundle;

import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pictures and what the model finds on them: the self-test's question and answer.
 *
 * @param confidence the lowest score asked for
 * @param iou the overlap above which NMS drops the weaker box
 * @param scoreTolerance how far a score may be off
 * @param lowestIou how well a box, straight or rotated, and a mask must overlap the expected one
 */
public record Golden(
    float confidence,
    float iou,
    double scoreTolerance,
    double lowestIou,
    List<GoldenPicture> pictures) {

  /** The folder of the pictures and of {@code golden.json}. */
  public static final String FOLDER = "golden";

  /** The path of the list. */
  public static final String FILE = FOLDER + "/golden.json";

  /**
   * f32 on CPUs of different instruction sets differs by about 1e-5 in score; this leaves room for
   * a model that amplifies it, and none for one that is wrong.
   */
  public static final double DEFAULT_SCORE_TOLERANCE = 0.01;

  /** As {@link #DEFAULT_SCORE_TOLERANCE}, for boxes. */
  public static final double DEFAULT_LOWEST_IOU = 0.97;

  /**
   * In 8 bit a CPU with VNNI and one without differ by up to 0.13 in score, because one adds in 32
   * bits and the other in 16, and a difference in rounding stays.
   */
  private static final double INT8_SCORE_TOLERANCE = 0.2;

  /** As {@link #INT8_SCORE_TOLERANCE}: the same object, wherever its box is. */
  private static final double INT8_LOWEST_IOU = 0.5;

  private static final int FORMAT = 1;

  /** Checks the numbers. */
  public Golden {
    requireUnit("confidence", confidence);
    requireUnit("iou", iou);
    requireUnit("score tolerance", scoreTolerance);
    requireUnit("lowest iou", lowestIou);
    pictures = List.copyOf(pictures);
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("no golden picture");
    }
  }

  private static void requireUnit(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "%s: %s, expected a number from 0 to 1".formatted(what, value));
    }
  }

  /**
   * One picture.
   *
   * @param file its name in {@link #FOLDER}
   * @param expected what is on it, by falling score
   */
  public record GoldenPicture(String file, List<Detection> expected) {

    /** Checks the name. */
    public GoldenPicture {
      ManifestFile.requirePath(file);
      expected = List.copyOf(expected);
    }
  }

  /**
   * Takes what a model finds now for right.
   *
   * @param detector of the model, with the thresholds of its IR
   * @param int8 whether its weights are INT8, so that results differ more from CPU to CPU
   * @param pictures files of different names
   */
  public static Golden of(Detector detector, boolean int8, List<Path> pictures) {
    List<GoldenPicture> asked = new ArrayList<>();
    for (Path picture : pictures) {
      Detections found = detector.detect(picture);
      asked.add(new GoldenPicture(picture.getFileName().toString(), found.objects()));
    }
    return new Golden(
        detector.spec().confidenceThreshold(),
        detector.spec().iouThreshold(),
        int8 ? INT8_SCORE_TOLERANCE : DEFAULT_SCORE_TOLERANCE,
        int8 ? INT8_LOWEST_IOU : DEFAULT_LOWEST_IOU,
        asked);
  }

  /**
   * Reads the list of a bundle's folder.
   *
   * @throws BundleException if it is missing or cannot be read
   */
  public static Golden read(Path bundle) {
    try {
      JsonObject fields = JsonObject.read(bundle.resolve(FILE));
      fields.requireFormat(FORMAT);
      List<GoldenPicture> pictures = new ArrayList<>();
      for (JsonObject picture : fields.objects("pictures")) {
        List<Detection> expected = new ArrayList<>();
        for (JsonObject detection : picture.objects("detections")) {
          expected.add(GoldenDetection.read(detection));
        }
        pictures.add(new GoldenPicture(picture.text("file"), expected));
      }
      return new Golden(
          (float) fields.number("confidence"),
          (float) fields.number("iou"),
          fields.number("score tolerance"),
          fields.number("lowest iou"),
          pictures);
    } catch (IOException | IllegalArgumentException e) {
      throw BundleException.unreadable(
          "'%s' cannot be read: %s".formatted(bundle.resolve(FILE), e.getMessage()),
          bundle.resolve(FILE),
          e);
    }
  }

  /** Returns the bytes of {@code golden.json}. */
  public byte[] bytes() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("confidence", confidence);
    object.put("iou", iou);
    object.put("score tolerance", scoreTolerance);
    object.put("lowest iou", lowestIou);
    object.put("pictures", pictures.stream().map(Golden::json).toList());
    return JsonFile.bytes(object);
  }

  private static Map<String, Object> json(GoldenPicture picture) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", picture.file());
    object.put("detections", picture.expected().stream().map(GoldenDetection::json).toList());
    return object;
  }
}
