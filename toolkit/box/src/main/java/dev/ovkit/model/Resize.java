package dev.ovkit.model;

/**
 * How a picture is brought to the size of the network's input.
 *
 * @param padValue the grey of the border, 0..255
 */
public record Resize(Mode mode, int padValue, Interpolation interpolation) {

  /** YOLOv5's: aspect kept, size rounded, centred on grey 114. */
  public static final Resize LETTERBOX = new Resize(Mode.LETTERBOX_CENTRE, 114);

  /** Where the picture is placed in the input. */
  public enum Mode {
    /** Aspect kept, new size rounded, border on both sides (YOLOv5). */
    LETTERBOX_CENTRE("centre"),
    /** Aspect kept, new size truncated, border at the right and bottom (YOLOX). */
    LETTERBOX_TOP_LEFT("top-left"),
    /** Aspect not kept, no border. */
    STRETCH("stretch"),
    /**
     * Aspect kept, the shorter side fills the input, what is beyond it is cut off (classifiers).
     */
    CENTRE_CROP("centre-crop");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    /** Returns the word for it in commands and in an IR, such as {@code top-left}. */
    public String word() {
      return word;
    }
  }

  /** How new pixels are made of old ones. */
  public enum Interpolation {
    /** From the four nearest: what most of the field does. */
    LINEAR,
    /** From the sixteen nearest: PaddleDetection. */
    BICUBIC
  }

  public Resize {
    if (padValue < 0 || padValue > 255) {
      throw new IllegalArgumentException("a pad value lies in 0..255, not " + padValue);
    }
  }

  /** Scales linearly. */
  public Resize(Mode mode, int padValue) {
    this(mode, padValue, Interpolation.LINEAR);
  }

  public Resize withMode(Mode changed) {
    return new Resize(changed, padValue, interpolation);
  }

  public Resize withPadValue(int changed) {
    return new Resize(mode, changed, interpolation);
  }

  public Resize withInterpolation(Interpolation changed) {
    return new Resize(mode, padValue, changed);
  }
}
