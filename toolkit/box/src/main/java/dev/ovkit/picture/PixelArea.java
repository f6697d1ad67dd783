package dev.ovkit.picture;

/** A rectangle of whole pixels; its right and lower ends do not belong to it. */
record PixelArea(int left, int top, int right, int bottom) {

  static PixelArea at(int left, int top, int width, int height) {
    return new PixelArea(left, top, left + width, top + height);
  }

  int width() {
    return right - left;
  }

  int height() {
    return bottom - top;
  }

  /** Returns how many pixels both have. */
  long shared(PixelArea other) {
    long wide = Math.min(right, other.right) - (long) Math.max(left, other.left);
    long tall = Math.min(bottom, other.bottom) - (long) Math.max(top, other.top);
    return wide > 0 && tall > 0 ? wide * tall : 0;
  }
}
