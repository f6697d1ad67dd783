package dev.ovkit.cli.video.belt;

import java.util.Random;

/**
 * The light over a belt.
 *
 * @param x of the unit vector to the lamp, to the right
 * @param y downwards
 * @param z to the camera
 * @param ambient the share of light that comes from everywhere
 */
record Lamp(double x, double y, double z, double ambient) {

  static Lamp random(Random random) {
    double azimuth = PartKind.between(random, 0, 2 * Math.PI);
    double slope = PartKind.between(random, 0.25, 0.8);
    double z = 1 / Math.sqrt(1 + slope * slope);
    return new Lamp(
        slope * z * Math.cos(azimuth),
        slope * z * Math.sin(azimuth),
        z,
        PartKind.between(random, 0.35, 0.6));
  }
}
