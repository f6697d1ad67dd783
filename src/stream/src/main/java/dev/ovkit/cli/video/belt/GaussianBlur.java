package dev.ovkit.cli.video.belt;

import java.util.stream.IntStream;

/** Makes pictures of floats soft; beyond an edge its pixels go on. */
final class GaussianBlur {

  private static final double REACH = 3;

  /**
   * Blurs in place.
   *
   * @param channels values of a pixel, next to each other
   * @param sigma in pixels
   */
  static void apply(float[] pixels, int width, int height, int channels, double sigma) {
    float[] kernel = kernel(sigma);
    float[] half = new float[pixels.length];
    int stride = width * channels;
    IntStream.range(0, height)
        .parallel()
        .forEach(y -> pass(pixels, half, y * stride, width, channels, channels, kernel));
    IntStream.range(0, stride)
        .parallel()
        .forEach(x -> pass(half, pixels, x, height, stride, 1, kernel));
  }

  private static void pass(
      float[] from, float[] to, int start, int count, int step, int channels, float[] kernel) {
    int reach = kernel.length / 2;
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < channels; c++) {
        float sum = 0;
        for (int k = -reach; k <= reach; k++) {
          int at = Math.max(0, Math.min(count - 1, i + k));
          sum += kernel[k + reach] * from[start + at * step + c];
        }
        to[start + i * step + c] = sum;
      }
    }
  }

  private static float[] kernel(double sigma) {
    int reach = Math.max(1, (int) Math.ceil(REACH * sigma));
    float[] kernel = new float[2 * reach + 1];
    double sum = 0;
    for (int k = -reach; k <= reach; k++) {
      sum += Math.exp(-k * k / (2 * sigma * sigma));
    }
    for (int k = -reach; k <= reach; k++) {
      kernel[k + reach] = (float) (Math.exp(-k * k / (2 * sigma * sigma)) / sum);
    }
    return kernel;
  }

  private GaussianBlur() {}
}
