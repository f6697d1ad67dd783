package dev.ovkit.cli.video.belt;

import java.util.Random;

/**
 * The picture of one part, cut out.
 *
 * @param width in pixels, no column is empty
 * @param height in pixels, no row is empty
 * @param coverage how much of each pixel it covers, 0..1
 * @param colour red, green and blue of each pixel, 0..1.2
 * @param thickness in pixels; its shadow falls so far
 */
record PartSprite(
    PartKind kind, int width, int height, float[] coverage, float[] colour, double thickness) {

  static final int CHANNELS = 3;

  private static final int LINES = 64;

  /** Draws a part of random size, turn, finish and wear. */
  static PartSprite draw(PartKind kind, double zoom, Lamp lamp, Random random) {
    double size = kind.size(random) * zoom;
    int reach = (int) Math.ceil(size * kind.reach()) + 3;
    int side = 2 * reach + 1;
    double turn = PartKind.between(random, 0, 2 * Math.PI);
    double cos = Math.cos(turn);
    double sin = Math.sin(turn);
    boolean mirror = random.nextBoolean();
    PartKind.Relief relief = kind.relief(size, random);
    Wear wear = Wear.random(kind, size, random);

    float[] coverage = new float[side * side];
    double[] height = new double[side * side];
    double[] tint = new double[side * side];
    double[] us = new double[side * side];
    double[] vs = new double[side * side];
    PartKind.SurfacePoint point = new PartKind.SurfacePoint();
    for (int i = 0; i < side * side; i++) {
      int x = i % side - reach;
      int y = i / side - reach;
      us[i] = x * cos + y * sin;
      vs[i] = mirror ? x * sin - y * cos : y * cos - x * sin;
      relief.form().at(us[i], vs[i], point);
      coverage[i] = (float) Math.max(0, Math.min(1, 0.5 - point.distance));
      height[i] = point.height;
      tint[i] = point.tint;
    }
    float[] colour = new float[CHANNELS * side * side];
    for (int i = 0; i < side * side; i++) {
      if (coverage[i] > 0) {
        double slopeX = slope(height, i, 1, i % side, side);
        double slopeY = slope(height, i, side, i / side, side);
        wear.shade(lamp, slopeX, slopeY, tint[i], us[i], vs[i], colour, CHANNELS * i);
      }
    }
    return cut(kind, side, coverage, colour, relief.thickness());
  }

  private static double slope(double[] height, int at, int step, int place, int side) {
    int before = place > 0 ? step : 0;
    int after = place < side - 1 ? step : 0;
    return (height[at + after] - height[at - before]) * step / (before + after);
  }

  private static PartSprite cut(
      PartKind kind, int side, float[] coverage, float[] colour, double thickness) {
    int left = side;
    int top = side;
    int right = 0;
    int bottom = 0;
    for (int i = 0; i < side * side; i++) {
      if (coverage[i] > 0) {
        left = Math.min(left, i % side);
        right = Math.max(right, i % side + 1);
        top = Math.min(top, i / side);
        bottom = Math.max(bottom, i / side + 1);
      }
    }
    int wide = right - left;
    int tall = bottom - top;
    float[] cover = new float[wide * tall];
    float[] colours = new float[CHANNELS * wide * tall];
    for (int y = 0; y < tall; y++) {
      int from = (top + y) * side + left;
      System.arraycopy(coverage, from, cover, y * wide, wide);
      System.arraycopy(colour, CHANNELS * from, colours, CHANNELS * y * wide, CHANNELS * wide);
    }
    return new PartSprite(kind, wide, tall, cover, colours, thickness);
  }

  /** Whether it covers a pixel by at least half. */
  boolean shows(int x, int y) {
    return coverage[y * width + x] >= 0.5f;
  }

  /** How a part's surface looks: its finish, gloss, brush marks, and perhaps a blot of rust. */
  private static final class Wear {

    private final double[] finish = new double[CHANNELS];
    private final double gloss;
    private final double[] lines = new double[LINES];
    private final double brushCos;
    private final double brushSin;
    private final double brushPitch;
    private final double brushed;
    private final double speckled;
    private final double[] waves = new double[4];
    private final double blotX;
    private final double blotY;
    private final double blotWidth;
    private final Random speckle;

    private static Wear random(PartKind kind, double size, Random random) {
      return new Wear(kind, size, random);
    }

    private Wear(PartKind kind, double size, Random random) {
      PartKind.Finish mean = kind.finish(random);
      double bright = PartKind.between(random, 0.85, 1.12);
      double[] colours = {mean.red, mean.green, mean.blue};
      for (int c = 0; c < CHANNELS; c++) {
        finish[c] = colours[c] * bright * PartKind.between(random, 0.96, 1.04);
      }
      gloss = PartKind.between(random, 0.05, 0.35);
      for (int i = 0; i < LINES; i++) {
        lines[i] = random.nextGaussian();
      }
      double angle = PartKind.between(random, 0, Math.PI);
      brushCos = Math.cos(angle);
      brushSin = Math.sin(angle);
      brushPitch = PartKind.between(random, 0.7, 1.2);
      brushed = PartKind.between(random, 0.01, 0.05);
      speckled = PartKind.between(random, 0.01, 0.04);
      waves[0] = PartKind.between(random, 2, 5) / size;
      waves[1] = PartKind.between(random, 0, 6);
      waves[2] = PartKind.between(random, 2, 5) / size;
      waves[3] = PartKind.between(random, 0, 6);
      boolean rusty = random.nextDouble() < 0.2;
      blotX = PartKind.between(random, -0.4, 0.4) * size;
      blotY = PartKind.between(random, -0.4, 0.4) * size;
      blotWidth = rusty ? size * PartKind.between(random, 0.1, 0.25) : 0;
      speckle = new Random(random.nextLong());
    }

    private void shade(
        Lamp lamp,
        double slopeX,
        double slopeY,
        double tint,
        double u,
        double v,
        float[] colour,
        int at) {
      double norm = 1 / Math.sqrt(slopeX * slopeX + slopeY * slopeY + 1);
      double diffuse =
          Math.max((lamp.z() - slopeX * lamp.x() - slopeY * lamp.y()) * norm, 0) / lamp.z();
      // Blinn's half vector between the lamp and the camera, which is straight above.
      double half = lamp.z() + 1;
      double scale = 1 / Math.sqrt(lamp.x() * lamp.x() + lamp.y() * lamp.y() + half * half);
      double mirrored = Math.max((half - slopeX * lamp.x() - slopeY * lamp.y()) * norm * scale, 0);
      double glint = gloss * Math.pow(mirrored, 24);
      double shade = (lamp.ambient() + (1 - lamp.ambient()) * diffuse) * tint * grain(u, v);
      double rust = rust(u, v);
      double[] rusty = {0.36, 0.20, 0.10};
      for (int c = 0; c < CHANNELS; c++) {
        double clean = finish[c] * shade + glint;
        double mixed = clean * (1 - rust) + rusty[c] * shade * rust;
        colour[at + c] = (float) Math.max(0, Math.min(1.2, mixed));
      }
    }

    private double grain(double u, double v) {
      long line = (long) Math.floor((u * brushCos + v * brushSin) * brushPitch);
      double wave = Math.sin(u * waves[0] + waves[1]) * Math.cos(v * waves[2] + waves[3]);
      return 1
          + brushed * lines[(int) Math.floorMod(line, (long) LINES)]
          + speckled * speckle.nextGaussian()
          + 0.08 * wave;
    }

    private double rust(double u, double v) {
      if (blotWidth == 0) {
        return 0;
      }
      double x = u - blotX;
      double y = v - blotY;
      return 0.6 * Math.exp(-(x * x + y * y) / (blotWidth * blotWidth));
    }
  }
}
