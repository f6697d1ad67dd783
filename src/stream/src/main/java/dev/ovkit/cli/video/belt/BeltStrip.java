package dev.ovkit.cli.video.belt;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The belt with its parts as one long picture, of which stretches are painted when they come into
 * view: its colour, weave, scratches and crumbs, the parts and their shadows, softened by the lens.
 */
final class BeltStrip {

  /** Pixels along the belt that are painted at once. */
  static final int STRETCH = 640;

  /**
   * What lies so far beside a stretch can still be seen on it: shadows, and what the lens mixes.
   */
  private static final int MARGIN = 160;

  private static final int CHANNELS = PartSprite.CHANNELS;
  private static final double LOWEST = 0.02;

  /** So that noise and light leave it below white. */
  private static final double BRIGHTEST = 0.75;

  private static final double[][] COLOURS = {
    {0.11, 0.12, 0.13},
    {0.12, 0.30, 0.22},
    {0.16, 0.26, 0.42},
    {0.55, 0.56, 0.55},
    {0.42, 0.40, 0.36},
    {0.74, 0.74, 0.72},
    {0.34, 0.24, 0.18}
  };

  private final int height;
  private final PartFeeder feeder;
  private final Lamp lamp;
  private final long seed;
  private final double[] base = new double[CHANNELS];
  private final double slow;
  private final double fine;
  private final double rough;
  private final int weave;
  private final double pitch;
  private final double depth;
  private final double softness;
  private final double dark;
  private final double defocus;
  private final Map<Integer, byte[]> painted = new HashMap<>();

  BeltStrip(int height, PartFeeder feeder, Lamp lamp, Random random) {
    this.height = height;
    this.feeder = feeder;
    this.lamp = lamp;
    double[] colour = COLOURS[random.nextInt(COLOURS.length)];
    double bright = PartKind.between(random, 0.8, 1.2) * PartKind.between(random, 0.85, 1.15);
    for (int c = 0; c < CHANNELS; c++) {
      base[c] = Math.min(BRIGHTEST, colour[c] * bright * PartKind.between(random, 0.95, 1.05));
    }
    slow = PartKind.between(random, 0.02, 0.10);
    fine = PartKind.between(random, 0.01, 0.06);
    rough = PartKind.between(random, 0.005, 0.04);
    weave = random.nextInt(4);
    pitch = PartKind.between(random, 5, 16);
    depth = PartKind.between(random, 0.02, 0.09);
    softness = PartKind.between(random, 0.2, 0.6);
    dark = PartKind.between(random, 0.25, 0.6);
    defocus = PartKind.between(random, 0.4, 1.1);
    seed = random.nextLong();
  }

  /** Copies what is between two places of the belt, as BGR rows without gaps. */
  void copy(int from, int width, byte[] target) {
    int first = Math.floorDiv(from, STRETCH);
    int last = Math.floorDiv(from + width - 1, STRETCH);
    painted.keySet().removeIf(number -> number < first);
    feeder.forgetBefore(first * STRETCH - MARGIN);
    for (int number = first; number <= last; number++) {
      byte[] stretch = painted.computeIfAbsent(number, this::paint);
      int start = Math.max(from, number * STRETCH);
      int end = Math.min(from + width, (number + 1) * STRETCH);
      for (int y = 0; y < height; y++) {
        System.arraycopy(
            stretch,
            CHANNELS * (y * STRETCH + start - number * STRETCH),
            target,
            CHANNELS * (y * width + start - from),
            CHANNELS * (end - start));
      }
    }
  }

  private byte[] paint(int number) {
    int left = number * STRETCH - MARGIN;
    int width = STRETCH + 2 * MARGIN;
    feeder.layUpTo(left + width);
    float[] canvas = new float[CHANNELS * width * height];
    IntStream.range(0, height).parallel().forEach(y -> paintRow(canvas, left, width, y));
    addMarks(canvas, left, width);
    List<BeltPart> parts = feeder.between(left - PartFeeder.WIDEST, left + width);
    for (BeltPart part : parts) {
      shadow(canvas, left, width, part);
      lay(canvas, left, width, part);
    }
    GaussianBlur.apply(canvas, width, height, CHANNELS, defocus);
    byte[] stretch = new byte[CHANNELS * STRETCH * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < STRETCH; x++) {
        int at = CHANNELS * (y * width + MARGIN + x);
        int to = CHANNELS * (y * STRETCH + x);
        for (int c = 0; c < CHANNELS; c++) {
          double value = Math.max(0, Math.min(1, canvas[at + c]));
          stretch[to + CHANNELS - 1 - c] = (byte) Math.round(255 * value);
        }
      }
    }
    return stretch;
  }

  private void paintRow(float[] canvas, int left, int width, int y) {
    for (int x = 0; x < width; x++) {
      double shade =
          1
              + slow * 2 * smooth(left + x, y, height / 4.0, 1)
              + fine * 2 * smooth(left + x, y, height / 40.0, 2)
              + rough * 2 * random(left + x, y, 3)
              + weave(left + x, y);
      double oil = Math.max(0, Math.min(0.5, 2 * smooth(left + x, y, height / 7.0, 4) - 1.1));
      for (int c = 0; c < CHANNELS; c++) {
        canvas[CHANNELS * (y * width + x) + c] =
            (float) Math.max(LOWEST, Math.min(1, base[c] * shade * (1 - 0.7 * oil)));
      }
    }
  }

  private double weave(int x, int y) {
    double turn = 2 * Math.PI / pitch;
    return switch (weave) {
      case 1 -> depth * Math.sin(x * turn) * Math.sin(y * turn);
      case 2 -> depth * Math.sin(x * turn / 2);
      case 3 -> {
        double link = pitch * 5;
        double across = Math.abs(x - Math.floor(x / link) * link - link / 2);
        double along = Math.abs(y % link - link / 2);
        double gap = Math.min(across, along) / 1.5;
        yield -3 * depth * Math.exp(-gap * gap);
      }
      default -> 0;
    };
  }

  /** Returns noise without steps, about -1..1, with bumps of a size in pixels. */
  private double smooth(int x, int y, double bump, int kind) {
    double column = x / bump;
    double row = y / bump;
    int c = (int) Math.floor(column);
    int r = (int) Math.floor(row);
    double u = column - c;
    double v = row - r;
    u *= u * (3 - 2 * u);
    v *= v * (3 - 2 * v);
    double upper = random(c, r, kind) * (1 - u) + random(c + 1, r, kind) * u;
    double lower = random(c, r + 1, kind) * (1 - u) + random(c + 1, r + 1, kind) * u;
    return upper * (1 - v) + lower * v;
  }

  /** Returns a number from -1 to 1 that belongs to a place. */
  private double random(int x, int y, int kind) {
    long z = seed + kind * 0x9E3779B97F4A7C15L + x * 0xBF58476D1CE4E5B9L + y * 0x94D049BB133111EBL;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) / (double) Long.MAX_VALUE;
  }

  /** Scratches and crumbs; those of a piece of the belt are always the same. */
  private void addMarks(float[] canvas, int left, int width) {
    int piece = STRETCH / 2;
    int last = Math.floorDiv(left + width, piece);
    for (int i = Math.floorDiv(left, piece) - 1; i <= last; i++) {
      Random random = new Random(seed ^ i * 0x9E3779B97F4A7C15L);
      int scratches = random.nextInt(4);
      int crumbs = random.nextInt(10);
      for (int k = 0; k < scratches + crumbs; k++) {
        boolean scratch = k < scratches;
        double length = scratch ? 20 + 100 * random.nextDouble() : 5 * random.nextDouble();
        double radius = scratch ? 0.8 : 1 + 3 * random.nextDouble();
        double angle = Math.PI * random.nextDouble();
        double x = i * (double) piece - left + piece * random.nextDouble();
        double y = height * random.nextDouble();
        double level = PartKind.between(random, scratch ? -0.12 : -0.2, scratch ? 0.14 : 0.3);
        mark(
            canvas,
            width,
            new double[] {x, y, length * Math.cos(angle), length * Math.sin(angle)},
            radius,
            level);
      }
    }
  }

  private void mark(float[] canvas, int width, double[] line, double radius, double level) {
    int lowX = (int) Math.max(0, Math.min(line[0], line[0] + line[2]) - radius - 1);
    int highX = (int) Math.min(width, Math.max(line[0], line[0] + line[2]) + radius + 2);
    int lowY = (int) Math.max(0, Math.min(line[1], line[1] + line[3]) - radius - 1);
    int highY = (int) Math.min(height, Math.max(line[1], line[1] + line[3]) + radius + 2);
    double square = Math.max(1e-9, line[2] * line[2] + line[3] * line[3]);
    for (int y = lowY; y < highY; y++) {
      for (int x = lowX; x < highX; x++) {
        double along = ((x - line[0]) * line[2] + (y - line[1]) * line[3]) / square;
        along = Math.max(0, Math.min(1, along));
        double away = Math.hypot(x - line[0] - along * line[2], y - line[1] - along * line[3]);
        double cover = Math.max(0, Math.min(1, radius + 0.5 - away));
        for (int c = 0; c < CHANNELS; c++) {
          int at = CHANNELS * (y * width + x) + c;
          canvas[at] = (float) Math.max(LOWEST, canvas[at] + cover * level);
        }
      }
    }
  }

  /** A soft shadow away from the lamp, and a tight one where the part touches the belt. */
  private void shadow(float[] canvas, int left, int width, BeltPart part) {
    PartSprite sprite = part.sprite;
    double reach = sprite.thickness() * 0.9;
    int dx = (int) Math.round(-lamp.x() / lamp.z() * reach);
    int dy = (int) Math.round(-lamp.y() / lamp.z() * reach);
    double blur = Math.max(0.8, reach * softness);
    int pad = (int) Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) + 3 * blur) + 2;
    int wide = sprite.width() + 2 * pad;
    int tall = sprite.height() + 2 * pad;
    float[] cast = new float[wide * tall];
    float[] contact = new float[wide * tall];
    for (int y = 0; y < sprite.height(); y++) {
      int from = y * sprite.width();
      System.arraycopy(
          sprite.coverage(), from, cast, (y + pad + dy) * wide + pad + dx, sprite.width());
      System.arraycopy(sprite.coverage(), from, contact, (y + pad) * wide + pad, sprite.width());
    }
    GaussianBlur.apply(cast, wide, tall, 1, blur);
    GaussianBlur.apply(contact, wide, tall, 1, Math.max(0.8, reach * 0.12));
    for (int y = 0; y < tall; y++) {
      for (int x = 0; x < wide; x++) {
        int i = y * wide + x;
        double light = (1 - dark * cast[i]) * (1 - 0.35 * contact[i]);
        int toX = part.x - pad + x - left;
        int toY = part.y - pad + y;
        if (toX >= 0 && toX < width && toY >= 0 && toY < height) {
          for (int c = 0; c < CHANNELS; c++) {
            canvas[CHANNELS * (toY * width + toX) + c] *= (float) light;
          }
        }
      }
    }
  }

  private static void lay(float[] canvas, int left, int width, BeltPart part) {
    PartSprite sprite = part.sprite;
    for (int y = 0; y < sprite.height(); y++) {
      for (int x = 0; x < sprite.width(); x++) {
        int toX = part.x + x - left;
        if (toX >= 0 && toX < width) {
          int from = y * sprite.width() + x;
          int to = CHANNELS * ((part.y + y) * width + toX);
          for (int c = 0; c < CHANNELS; c++) {
            float colour = sprite.colour()[CHANNELS * from + c];
            canvas[to + c] += sprite.coverage()[from] * (colour - canvas[to + c]);
          }
        }
      }
    }
  }
}
