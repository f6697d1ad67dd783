package dev.ovkit.cli.video.belt;

import dev.ovkit.picture.Frame;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.IntStream;

/** Looks at a belt from above: the rails beside it, a darker rim, and the sensor's noise. */
final class BeltCamera {

  private static final int CHANNELS = PartSprite.CHANNELS;
  private static final int LEVELS = 256;
  private static final int SAMPLES = 1 << 16;
  private static final int RIM = 4;

  private final int width;
  private final int height;
  private final int rail;
  private final byte[][] railRows;
  private final float[] light;
  private final float[] noise = new float[LEVELS];
  private final float[] samples = new float[SAMPLES + CHANNELS];
  private final Random random;
  private final byte[] seen;
  private final ByteBuffer pixels;

  /** Makes a camera; {@code rail} is how many rows each rail hides. */
  BeltCamera(int width, int height, int rail, Random random) {
    this.width = width;
    this.height = height;
    this.rail = rail;
    this.random = random;
    light = light(width, height, random);
    railRows = rails(width, rail, random);
    double shot = PartKind.between(random, 0.0003, 0.0015);
    double read = PartKind.between(random, 0.004, 0.010);
    for (int i = 0; i < LEVELS; i++) {
      noise[i] = (float) (255 * Math.sqrt(i / 255.0 * shot + read * read));
    }
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) random.nextGaussian();
    }
    seen = new byte[CHANNELS * width * height];
    pixels = ByteBuffer.allocateDirect(seen.length);
  }

  private static float[] light(int width, int height, Random random) {
    double across = PartKind.between(random, -0.15, 0.15);
    double down = PartKind.between(random, -0.15, 0.15);
    double rim = PartKind.between(random, 0, 0.22);
    float[] light = new float[width * height];
    for (int i = 0; i < light.length; i++) {
      double x = 2.0 * (i % width) / width - 1;
      double y = 2.0 * (i / width) / height - 1;
      light[i] = (float) (1 + across * x + down * y - rim * (x * x + y * y) / 2);
    }
    return light;
  }

  private static byte[][] rails(int width, int rail, Random random) {
    double bright = PartKind.between(random, 0.5, 1.3);
    double[] streaks = random.doubles(width, 0.95, 1.05).toArray();
    byte[][] rows = new byte[rail][CHANNELS * width];
    double[] metal = {0.53, 0.51, 0.5};
    for (int y = 0; y < rail; y++) {
      double edge = 0.6 + 0.5 * y / rail;
      for (int i = 0; i < CHANNELS * width; i++) {
        double value = metal[i % CHANNELS] * bright * edge * streaks[i / CHANNELS];
        rows[y][i] = (byte) Math.round(255 * Math.min(1, value));
      }
    }
    return rows;
  }

  /** Takes a picture that begins at a place of the belt; it is valid until the next one. */
  Frame look(BeltStrip belt, int place) {
    belt.copy(place, width, seen);
    for (int y = 0; y < rail; y++) {
      int bytes = CHANNELS * width;
      System.arraycopy(railRows[y], 0, seen, y * bytes, bytes);
      System.arraycopy(railRows[y], 0, seen, (height - 1 - y) * bytes, bytes);
    }
    int[] starts = random.ints(height, 0, SAMPLES).toArray();
    IntStream.range(0, height).parallel().forEach(y -> expose(y, starts[y]));
    pixels.put(0, seen);
    return Frame.of(pixels, width, height, Frame.Format.BGR);
  }

  private void expose(int y, int start) {
    boolean shaded = rail > 0 && (y - rail < RIM && y >= rail || height - rail - y <= RIM);
    float dim = shaded && y < height - rail ? 0.6f : 1;
    int sample = start;
    int at = CHANNELS * y * width;
    for (int x = 0; x < width; x++) {
      float lit = dim * light[y * width + x];
      for (int c = 0; c < CHANNELS; c++, at++) {
        float signal = Math.min(255, lit * (seen[at] & 0xff));
        float value = signal + noise[(int) signal] * samples[sample];
        sample = (sample + 1) & (SAMPLES - 1);
        seen[at] = (byte) Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
}
