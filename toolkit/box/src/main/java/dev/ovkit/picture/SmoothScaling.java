package dev.ovkit.picture;

import java.nio.ByteBuffer;

/**
 * Scaling as Pillow and torchvision do it for classifiers: linear between pixels and, where a
 * picture shrinks, over all the pixels that become one, so that fine patterns do not flicker.
 */
final class SmoothScaling {

  private static final int CHANNELS = 3;

  /**
   * Writes the part of a scaled picture that is within a network's input.
   *
   * @param pixels of the whole picture, BGR rows without gaps, from 0 on
   * @param target is written at its position
   */
  static void crop(ByteBuffer pixels, Letterbox box, ByteBuffer target) {
    Taps across = new Taps(box.sourceWidth(), box.width(), -box.left(), box.targetWidth());
    Taps down = new Taps(box.sourceHeight(), box.height(), -box.top(), box.targetHeight());
    int top = down.first[0];
    int bottom = down.first[down.first.length - 1] + down.weights[down.weights.length - 1].length;
    byte[] row = new byte[box.sourceWidth() * CHANNELS];
    int wide = box.targetWidth() * CHANNELS;
    byte[] scaled = new byte[(bottom - top) * wide];
    for (int y = top; y < bottom; y++) {
      pixels.get(y * row.length, row);
      narrow(row, across, scaled, (y - top) * wide);
    }
    byte[] line = new byte[wide];
    for (int y = 0; y < down.first.length; y++) {
      for (int x = 0; x < wide; x++) {
        float sum = 0;
        int at = (down.first[y] - top) * wide + x;
        for (int k = 0; k < down.weights[y].length; k++, at += wide) {
          sum += down.weights[y][k] * (scaled[at] & 0xff);
        }
        line[x] = (byte) Math.round(sum);
      }
      target.put(target.position() + y * wide, line);
    }
  }

  private static void narrow(byte[] row, Taps taps, byte[] to, int start) {
    int at = start;
    for (int x = 0; x < taps.first.length; x++) {
      float[] weights = taps.weights[x];
      int from = taps.first[x] * CHANNELS;
      float blue = 0;
      float green = 0;
      float red = 0;
      for (int k = 0; k < weights.length; k++, from += CHANNELS) {
        blue += weights[k] * (row[from] & 0xff);
        green += weights[k] * (row[from + 1] & 0xff);
        red += weights[k] * (row[from + 2] & 0xff);
      }
      to[at++] = (byte) Math.round(blue);
      to[at++] = (byte) Math.round(green);
      to[at++] = (byte) Math.round(red);
    }
  }

  /** For each pixel of one direction those that it is made of, and their shares. */
  private static final class Taps {
    private final int[] first;
    private final float[][] weights;

    /**
     * @param source pixels before
     * @param scaled pixels after
     * @param from the first pixel wanted
     * @param wanted how many
     */
    Taps(int source, int scaled, int from, int wanted) {
      double scale = (double) source / scaled;
      double reach = Math.max(1, scale);
      first = new int[wanted];
      weights = new float[wanted][];
      for (int i = 0; i < wanted; i++) {
        double centre = (from + i + 0.5) * scale;
        int start = Math.max(0, (int) (centre - reach + 0.5));
        int end = Math.min(source, (int) (centre + reach + 0.5));
        float[] shares = new float[end - start];
        double sum = 0;
        for (int k = 0; k < shares.length; k++) {
          double share = Math.max(0, 1 - Math.abs((start + k + 0.5 - centre) / reach));
          shares[k] = (float) share;
          sum += share;
        }
        for (int k = 0; k < shares.length; k++) {
          shares[k] /= (float) sum;
        }
        first[i] = start;
        weights[i] = shares;
      }
    }
  }

  private SmoothScaling() {}
}
