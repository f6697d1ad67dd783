package dev.ovkit.evaluate;

/**
 * A line of a YOLO trainer's label.
 *
 * @param text as it is written, for messages
 * @param place its file and number, for messages
 * @param form what it should look like, for messages
 * @param numbers what comes after the class
 * @param width of the picture
 * @param height of the picture
 */
record YoloLine(
    String text, String place, String form, int category, double[] numbers, int width, int height) {

  /** Trainers' own tools write shares a little outside the picture; pixels are far outside. */
  private static final double SLACK = 0.01;

  static YoloLine parse(
      String text, String place, String form, int classes, int width, int height) {
    String[] fields = text.split("\\s+");
    int category;
    double[] numbers = new double[fields.length - 1];
    try {
      category = Integer.parseInt(fields[0]);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(fields[i + 1]);
      }
    } catch (NumberFormatException e) {
      throw new AnnotationException("%s: '%s'; %s".formatted(place, text, expected(form)), e);
    }
    if (category < 0 || category >= classes) {
      throw new AnnotationException(
          "%s: there is no class %d; the model has 0 to %d"
              .formatted(place, category, classes - 1));
    }
    return new YoloLine(text, place, form, category, numbers, width, height);
  }

  private static String expected(String form) {
    return "expected '%s', with places and sizes as shares of the picture".formatted(form);
  }

  /** Fails unless there are as many numbers as there should be. */
  void require(boolean rightLength) {
    if (!rightLength) {
      throw new AnnotationException(
          "%s: it has %d numbers; %s".formatted(place, numbers.length + 1, expected(form)));
    }
  }

  private AnnotationException bad(String what) {
    return new AnnotationException("%s: '%s' %s; %s".formatted(place, text, what, expected(form)));
  }

  /** Returns the box that the first four numbers are. */
  TruthObject box() {
    if (numbers[2] < 0 || numbers[3] < 0) {
      throw bad("has a negative size");
    }
    double[] box = pixels(0, 4);
    return new TruthObject(
        category, box[0] - box[2] / 2, box[1] - box[3] / 2, box[2], box[3], box[2] * box[3], false);
  }

  /**
   * Returns some of the numbers, which are shares of the width and the height in turn, as pixels.
   */
  double[] pixels(int from, int count) {
    double[] pixels = new double[count];
    for (int i = 0; i < count; i++) {
      double share = numbers[from + i];
      if (!(share >= -SLACK && share <= 1 + SLACK)) {
        throw bad("is outside the picture");
      }
      pixels[i] = share * (i % 2 == 0 ? width : height);
    }
    return pixels;
  }
}
