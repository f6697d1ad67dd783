package dev.ovkit.benchmarks;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a detector finds of objects that cross a picture of 1920x1080, each on its own way: boxes
 * shake by a pixel, one in twenty is missed and one in ten is weak. An object that has left is
 * followed by a new one.
 */
public final class MovingBoxes {

  private static final int WIDTH = 1920;
  private static final int HEIGHT = 1080;

  private static final class Moving {
    double x;
    double y;
    double stepX;
    double stepY;
    double width;
    double height;
  }

  private final Random random;
  private final List<Moving> all = new ArrayList<>();

  /** Objects that are already somewhere on the picture. */
  public MovingBoxes(int objects, long seed) {
    random = new Random(seed);
    for (int i = 0; i < objects; i++) {
      Moving one = new Moving();
      begin(one);
      one.x = random.nextDouble() * WIDTH;
      all.add(one);
    }
  }

  private void begin(Moving one) {
    one.width = 20 + 40 * random.nextDouble();
    one.height = one.width * (1 + random.nextDouble());
    boolean right = random.nextBoolean();
    one.stepX = (right ? 1 : -1) * (1 + 5 * random.nextDouble());
    one.stepY = random.nextGaussian() / 2;
    one.x = right ? -one.width : WIDTH;
    one.y = random.nextDouble() * (HEIGHT - one.height);
  }

  /** Returns the next frame. */
  public Detections next() {
    List<Detection> found = new ArrayList<>(all.size());
    for (Moving one : all) {
      one.x += one.stepX;
      one.y += one.stepY;
      if (one.x < -one.width || one.x > WIDTH || one.y < -one.height || one.y > HEIGHT) {
        begin(one);
      }
      double luck = random.nextDouble();
      if (luck >= 0.05) {
        found.add(
            new Detection(
                "part",
                0,
                luck < 0.15 ? 0.3f : 0.9f,
                new Box(
                    (float) (one.x + random.nextGaussian()),
                    (float) (one.y + random.nextGaussian()),
                    (float) one.width,
                    (float) one.height)));
      }
    }
    return new Detections(WIDTH, HEIGHT, found, found.size(), 0, Detections.Timings.NONE);
  }
}
