package dev.ovkit.cli.video.belt;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The kinds of parts, in the order of the demo detector's classes: their shapes, sizes and
 * finishes, as in {@code converter-scripts/demo/parts.py}, whose pictures it is trained on.
 */
enum PartKind {
  BOLT(140, 190, Finish.STEEL, Finish.ZINC, Finish.PASSIVATED, Finish.BLACK_OXIDE, Finish.BRASS) {
    @Override
    Relief relief(double size, Random random) {
      double half = size / 2;
      double headLength = size * between(random, 0.17, 0.23);
      double shank = size * between(random, 0.085, 0.11);
      double head = shank * between(random, 1.75, 2.0);
      double pitch = Math.max(4, shank * between(random, 0.42, 0.55));
      double threadFrom = -half + headLength + (size - headLength) * between(random, 0, 0.35);
      return new Relief(
          2 * shank,
          (u, v, point) -> {
            double ofHead =
                box(u + half - headLength / 2, v, headLength / 2, head, headLength * 0.12);
            double ofShank = box(u - headLength / 2, v, half - headLength / 2, shank, shank * 0.35);
            boolean threaded = u > threadFrom;
            double ridge = Math.sin((u + 0.35 * v) * (2 * Math.PI / pitch));
            ofShank += threaded ? 0.35 + 0.35 * ridge : 0;
            double round = Math.sqrt(Math.max(shank * shank - v * v, 0));
            double shankHeight = round + (threaded ? 0.9 * ridge : 0);
            double headHeight = shank * 1.2 - Math.max(Math.abs(v) - head * 0.5, 0) * 0.9;
            headHeight =
                Math.min(headHeight, 0.5 * shank + bevel(ofHead, headLength * 0.3, shank * 0.7));
            boolean inHead = ofHead < 0;
            point.distance = Math.min(ofHead, ofShank);
            point.height = inHead ? headHeight : shankHeight;
            point.tint = threaded && !inHead ? 0.86 + 0.14 * ridge : 1;
          });
    }
  },
  NUT(76, 98, Finish.STEEL, Finish.ZINC, Finish.PASSIVATED, Finish.BRASS, Finish.BLACK_OXIDE) {
    @Override
    Relief relief(double size, Random random) {
      double apothem = size / 2 * 0.93;
      double hole = apothem * between(random, 0.46, 0.54);
      double wall = hole * 1.16;
      return new Relief(
          size * 0.22,
          (u, v, point) -> {
            double r = Math.hypot(u, v);
            double outside = Math.max(hexagon(u, v, apothem), r - size / 2 * 1.03);
            double distance = Math.max(outside, hole - r);
            point.distance = distance;
            point.height =
                bevel(distance, 2.5, 2)
                    - Math.max(r - apothem * 0.93, 0) * 0.6
                    - Math.max(wall - r, 0) * 0.8;
            point.tint = r < wall ? 0.62 + 0.2 * Math.sin(r * 2.4) : 1;
          });
    }
  },
  WASHER(82, 112, Finish.STEEL, Finish.ZINC, Finish.PASSIVATED, Finish.COPPER, Finish.BLACK_OXIDE) {
    @Override
    Relief relief(double size, Random random) {
      double outer = size / 2;
      double inner = outer * between(random, 0.58, 0.70);
      boolean split = random.nextDouble() < 0.25;
      double groove = between(random, 1, 1.8);
      return new Relief(
          size * 0.05,
          (u, v, point) -> {
            double r = Math.hypot(u, v);
            double distance = Math.max(r - outer, inner - r);
            if (split) {
              double slit = Math.max(Math.abs(v + 0.35 * (u - inner)) - size * 0.012, -u);
              distance = Math.max(distance, -slit);
            }
            point.distance = distance;
            point.height = bevel(distance, 2.2, 1.6);
            point.tint = 0.97 + 0.03 * Math.sin(r * groove);
          });
    }
  },
  GEAR(108, 150, Finish.STEEL, Finish.BRASS, Finish.BLACK_OXIDE, Finish.WHITE_NYLON) {
    @Override
    Relief relief(double size, Random random) {
      int teeth = 13 + random.nextInt(12);
      double outer = size / 2;
      double depth = size * between(random, 0.055, 0.075);
      double bore = outer * between(random, 0.14, 0.24);
      double hub = bore + outer * between(random, 0.12, 0.18);
      double rim = outer - depth - outer * between(random, 0.10, 0.18);
      boolean keyway = random.nextBoolean();
      double webDepth = random.nextDouble() < 0.75 ? 3 : 0.5;
      int[] numbers = {0, 0, 4, 5, 6};
      int holes = rim - hub > size * 0.12 ? numbers[random.nextInt(numbers.length)] : 0;
      return new Relief(
          size * 0.14,
          (u, v, point) -> {
            double r = Math.hypot(u, v);
            double phi = Math.atan2(v, u);
            double wave = clamp(Math.sin(phi * teeth) * 1.9, -1, 1);
            double distance = (r - (outer - depth / 2 + depth / 2 * wave)) * 0.8;
            distance = Math.max(distance, bore - r);
            if (keyway) {
              distance = Math.max(distance, -box(u - bore, v, bore * 0.35, bore * 0.22, 0.5));
            }
            double web = Math.max(r - rim, hub - r);
            point.tint = web < 0 ? 0.82 : 1;
            point.height = bevel(distance, 3, 2.5) - bevel(web, 3, webDepth);
            if (holes > 0) {
              double hole = onCircle(r, phi, holes, (rim + hub) / 2) - (rim - hub) * 0.32;
              distance = Math.max(distance, -hole);
            }
            point.distance = distance;
          });
    }
  },
  BRACKET(
      118,
      160,
      Finish.ZINC,
      Finish.STEEL,
      Finish.BLACK_OXIDE,
      Finish.RED_PAINT,
      Finish.BLUE_PAINT,
      Finish.YELLOW_PAINT) {
    @Override
    Relief relief(double size, Random random) {
      double half = size / 2;
      double leg = size * between(random, 0.26, 0.34);
      double other = size * between(random, 0.62, 0.95);
      double bend = -half + leg / 2;
      double hole = leg * between(random, 0.18, 0.24);
      double slot = random.nextDouble() < 0.4 ? hole * between(random, 1.2, 2.2) : hole;
      boolean atBend = random.nextDouble() < 0.6;
      boolean between = random.nextDouble() < 0.4;
      return new Relief(
          size * 0.06,
          (u, v, point) -> {
            double distance =
                Math.min(
                    box(u, v + half - leg / 2, half, leg / 2, leg * 0.18),
                    box(u + half - leg / 2, v + half - other / 2, leg / 2, other / 2, leg * 0.18));
            distance = Math.max(distance, -box(u - half + leg * 0.6, v - bend, slot, hole, hole));
            distance =
                Math.max(distance, -box(u - bend, v - bend - other + leg * 1.1, hole, hole, hole));
            if (atBend) {
              distance = Math.max(distance, -box(u - bend, v - bend, hole, hole, hole));
            }
            if (between) {
              distance = Math.max(distance, -box(u - 0.05 * size, v - bend, hole, hole, hole));
            }
            double off = (v - bend - leg * 0.33) / 2.5;
            point.distance = distance;
            point.height =
                bevel(distance, 2.2, 1.8) + (u > bend + leg ? 1.5 * Math.exp(-off * off) : 0);
            point.tint = 1;
          });
    }

    @Override
    double reach() {
      return 0.72;
    }
  },
  BEARING(98, 132, Finish.STEEL, Finish.ZINC) {
    @Override
    Relief relief(double size, Random random) {
      double outer = size / 2;
      double bore = outer * between(random, 0.36, 0.44);
      double wall = (outer - bore) * between(random, 0.27, 0.32);
      double middle = (outer + bore) / 2;
      double radius = (outer - bore - 2 * wall) / 2 * 1.15;
      boolean open = random.nextDouble() < 0.7;
      int balls = 7 + random.nextInt(4);
      double[] shields = {0.55, 0.25, 0.75};
      double inGroove = open ? 0.30 : shields[random.nextInt(shields.length)];
      return new Relief(
          size * 0.18,
          (u, v, point) -> {
            double r = Math.hypot(u, v);
            double distance = Math.max(r - outer, bore - r);
            double groove = Math.max(r - (outer - wall), bore + wall - r);
            point.distance = distance;
            point.tint = groove < 0 ? inGroove : 1;
            point.height = bevel(distance, 2.5, 2.2) - bevel(groove, 2, 2.5);
            double ball = onCircle(r, Math.atan2(v, u), balls, middle) - radius;
            if (open && ball < 0) {
              point.tint = 1.1;
              point.height = Math.sqrt(-ball * 2 * radius);
            }
          });
    }
  };

  /** The mean colour of a surface, red first, 0..1. */
  enum Finish {
    STEEL(0.62, 0.63, 0.65),
    ZINC(0.70, 0.70, 0.66),
    PASSIVATED(0.66, 0.58, 0.36),
    BRASS(0.72, 0.58, 0.30),
    BLACK_OXIDE(0.27, 0.27, 0.29),
    COPPER(0.68, 0.42, 0.30),
    WHITE_NYLON(0.82, 0.81, 0.76),
    RED_PAINT(0.62, 0.16, 0.14),
    BLUE_PAINT(0.18, 0.30, 0.55),
    YELLOW_PAINT(0.78, 0.62, 0.14);

    final double red;
    final double green;
    final double blue;

    Finish(double red, double green, double blue) {
      this.red = red;
      this.green = green;
      this.blue = blue;
    }
  }

  /** What a surface is like at one point. */
  static final class SurfacePoint {
    /** To the outline, in pixels; negative inside. */
    double distance;

    double height;
    double tint;
  }

  /** Says what a part is like at a point, counted from its middle. */
  @FunctionalInterface
  interface Form {
    void at(double u, double v, SurfacePoint point);
  }

  /** A part that is not lit yet. */
  record Relief(double thickness, Form form) {}

  private final double smallest;
  private final double largest;
  private final List<Finish> finishes;

  PartKind(double smallest, double largest, Finish... finishes) {
    this.smallest = smallest;
    this.largest = largest;
    this.finishes = List.of(finishes);
  }

  /** Makes a part of a size in pixels, whose details are random. */
  abstract Relief relief(double size, Random random);

  /** How far it goes from its middle, in parts of its size. */
  double reach() {
    return 0.54;
  }

  /** Returns a size in pixels of a picture that is 1280 wide. */
  double size(Random random) {
    return between(random, smallest, largest);
  }

  Finish finish(Random random) {
    return finishes.get(random.nextInt(finishes.size()));
  }

  /** Returns the name of the detector's class. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static double between(Random random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  private static double clamp(double value, double low, double high) {
    return Math.max(low, Math.min(high, value));
  }

  private static double box(double u, double v, double halfWide, double halfTall, double radius) {
    double x = Math.abs(u) - (halfWide - radius);
    double y = Math.abs(v) - (halfTall - radius);
    double outside = Math.hypot(Math.max(x, 0), Math.max(y, 0));
    return outside + Math.min(Math.max(x, y), 0) - radius;
  }

  private static double hexagon(double u, double v, double apothem) {
    double most = 0;
    for (int i = 0; i < 3; i++) {
      double angle = i * Math.PI / 3;
      most = Math.max(most, Math.abs(u * Math.cos(angle) + v * Math.sin(angle)));
    }
    return most - apothem;
  }

  private static double bevel(double distance, double width, double height) {
    double t = clamp(-distance / width, 0, 1);
    return height * t * (2 - t);
  }

  /** Returns the distance to the nearest of some points on a circle around the middle. */
  private static double onCircle(double r, double phi, int points, double radius) {
    double step = 2 * Math.PI / points;
    double turn = phi + step / 2;
    turn -= Math.floor(turn / step) * step + step / 2;
    return Math.hypot(r * Math.cos(turn) - radius, r * Math.sin(turn));
  }
}
