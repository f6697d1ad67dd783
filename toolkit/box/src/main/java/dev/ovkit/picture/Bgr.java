package dev.ovkit.picture;

/** A colour. */
record Bgr(int blue, int green, int red) {

  private static final double GOLDEN_RATIO = 0.618033988749895;
  private static final int LOW = 45;
  private static final int HIGH = 235;

  /** One colour per class, neighbours far apart on the colour circle, none too dark to see. */
  static Bgr of(int classId) {
    double hue = classId * GOLDEN_RATIO % 1.0 * 6;
    int rise = (int) Math.round((HIGH - LOW) * (hue % 1.0));
    return switch ((int) hue) {
      case 0 -> new Bgr(LOW, LOW + rise, HIGH);
      case 1 -> new Bgr(LOW, HIGH, HIGH - rise);
      case 2 -> new Bgr(LOW + rise, HIGH, LOW);
      case 3 -> new Bgr(HIGH, HIGH - rise, LOW);
      case 4 -> new Bgr(HIGH, LOW, LOW + rise);
      default -> new Bgr(HIGH - rise, LOW, HIGH);
    };
  }

  /** Returns black or white, whichever can be read on this colour. */
  Bgr ofText() {
    boolean light = 0.114 * blue + 0.587 * green + 0.299 * red > 128;
    return light ? new Bgr(0, 0, 0) : new Bgr(255, 255, 255);
  }
}
