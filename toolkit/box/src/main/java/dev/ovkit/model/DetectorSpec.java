package dev.ovkit.model;

import dev.ovkit.OptionException;
import dev.ovkit.internal.text.OneLine;
import java.util.List;
import java.util.Locale;

/**
 * What a client must know about a detector to feed it pictures and to read its answers.
 *
 * @param inputWidth pixels of the network's input
 * @param inputHeight pixels of the network's input
 * @param inputColour the channel order that the IR's input expects (after what is baked into it)
 * @param normalization what is still to be done to the numbers when the IR is loaded
 * @param resize how a picture becomes an input
 * @param layout how candidates come out
 * @param labels the class names, as many as classes, or empty; control characters are replaced, and
 *     longer names are cut to 100 characters
 * @param confidenceThreshold default score below which a candidate is dropped
 * @param iouThreshold default overlap above which NMS drops the weaker box
 */
public record DetectorSpec(
    int inputWidth,
    int inputHeight,
    Colour inputColour,
    Normalization normalization,
    Resize resize,
    HeadLayout layout,
    List<String> labels,
    float confidenceThreshold,
    float iouThreshold) {

  /** What is used where neither caller nor IR names a confidence. */
  public static final float DEFAULT_CONFIDENCE = 0.25f;

  /** What is used where neither caller nor IR names an overlap. */
  public static final float DEFAULT_IOU = 0.45f;

  private static final float CLASS_CONFIDENCE = 0.01f;

  private static final int LONGEST_LABEL = 100;

  public DetectorSpec {
    labels = labels.stream().map(label -> OneLine.of(label, LONGEST_LABEL)).toList();
    if (inputWidth < 1 || inputHeight < 1) {
      throw new IllegalArgumentException(
          "an input has a positive size, not %dx%d".formatted(inputWidth, inputHeight));
    }
    if (!labels.isEmpty() && labels.size() != layout.classes()) {
      throw new IllegalArgumentException(
          "there are %d labels for %d classes".formatted(labels.size(), layout.classes()));
    }
    requireUnit("a confidence threshold", confidenceThreshold);
    requireUnit("an IoU threshold", iouThreshold);
  }

  /** A detector whose preprocessing is inside the IR. */
  public DetectorSpec(
      int inputWidth,
      int inputHeight,
      Colour inputColour,
      Resize resize,
      HeadLayout layout,
      List<String> labels,
      float confidenceThreshold,
      float iouThreshold) {
    this(
        inputWidth,
        inputHeight,
        inputColour,
        Normalization.NONE,
        resize,
        layout,
        labels,
        confidenceThreshold,
        iouThreshold);
  }

  /** What a detector finds. */
  public enum Task {
    /** Boxes. */
    DETECT,
    /** Boxes with masks. */
    SEGMENT,
    /** Boxes with key points. */
    POSE,
    /** Rotated boxes. */
    OBB,
    /** Classes of the whole picture. */
    CLASSIFY;

    /**
     * Returns the confidence where neither caller nor IR names one: the probabilities of a
     * classifier are shared by all of its classes, so it is lower there.
     */
    public float confidence() {
      return this == CLASSIFY ? CLASS_CONFIDENCE : DEFAULT_CONFIDENCE;
    }

    /** Returns the name that exporters and reports use, such as {@code segment}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns what it finds. */
  public Task task() {
    return layout.task();
  }

  /** Returns the name of a class, or {@code class <id>} where there are no labels. */
  public String label(int classId) {
    return labels.isEmpty() ? "class " + classId : labels.get(classId);
  }

  /**
   * Returns the number of a class given by its label or its number.
   *
   * @throws OptionException when there is no such class
   */
  public int classId(String labelOrNumber) {
    int named = labels.indexOf(labelOrNumber);
    if (named >= 0) {
      return named;
    }
    try {
      return requireClass(Integer.parseInt(labelOrNumber));
    } catch (NumberFormatException e) {
      throw noSuchClass(labelOrNumber);
    }
  }

  /**
   * Checks that there is a class of a number, and returns the number.
   *
   * @throws OptionException when there is no such class
   */
  public int requireClass(int classId) {
    if (classId < 0 || classId >= layout.classes()) {
      throw noSuchClass(Integer.toString(classId));
    }
    return classId;
  }

  private OptionException noSuchClass(String given) {
    return new OptionException(
        "there is no class '%s', expected a number from 0 to %d%s"
            .formatted(
                given,
                layout.classes() - 1,
                labels.isEmpty() ? "" : " or one of " + String.join(", ", labels)));
  }

  /** The same detector on an input of another size, which its layers must allow. */
  public DetectorSpec withInputSize(InputSize size) {
    return new DetectorSpec(
        size.width(),
        size.height(),
        inputColour,
        normalization,
        resize,
        layout,
        labels,
        confidenceThreshold,
        iouThreshold);
  }

  public DetectorSpec withInputColour(Colour colour) {
    return new DetectorSpec(
        inputWidth,
        inputHeight,
        colour,
        normalization,
        resize,
        layout,
        labels,
        confidenceThreshold,
        iouThreshold);
  }

  public DetectorSpec withNormalization(Normalization changed) {
    return new DetectorSpec(
        inputWidth,
        inputHeight,
        inputColour,
        changed,
        resize,
        layout,
        labels,
        confidenceThreshold,
        iouThreshold);
  }

  public DetectorSpec withResize(Resize changed) {
    return new DetectorSpec(
        inputWidth,
        inputHeight,
        inputColour,
        normalization,
        changed,
        layout,
        labels,
        confidenceThreshold,
        iouThreshold);
  }

  public DetectorSpec withLayout(HeadLayout changed) {
    return new DetectorSpec(
        inputWidth,
        inputHeight,
        inputColour,
        normalization,
        resize,
        changed,
        labels,
        confidenceThreshold,
        iouThreshold);
  }

  public DetectorSpec withLabels(List<String> changed) {
    return new DetectorSpec(
        inputWidth,
        inputHeight,
        inputColour,
        normalization,
        resize,
        layout,
        changed,
        confidenceThreshold,
        iouThreshold);
  }

  public DetectorSpec withThresholds(float confidence, float iou) {
    return new DetectorSpec(
        inputWidth,
        inputHeight,
        inputColour,
        normalization,
        resize,
        layout,
        labels,
        confidence,
        iou);
  }

  private static void requireUnit(String what, float value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + " lies in 0..1, not " + value);
    }
  }
}
