package dev.ovkit.subject;

import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A picture that can be opened as often as it is needed. */
public sealed interface PictureSource {

  /** Returns how messages and reports call it. */
  String name();

  /**
   * Opens it.
   *
   * @throws dev.ovkit.PictureException when it cannot be read
   */
  Picture open();

  /** The bits that values of 16-bit picture files use where nobody says otherwise. */
  int ALL_BITS = 16;

  /**
   * A picture in a file.
   *
   * @param bitDepth as {@link Picture#read(Path, int)} takes it
   */
  record OfFile(Path file, int bitDepth) implements PictureSource {
    @Override
    public String name() {
      return file.toString();
    }

    @Override
    public Picture open() {
      return Picture.read(file, bitDepth);
    }
  }

  /**
   * A picture drawn from a seed, the same each time: shaded rectangles and noise in strong colours,
   * so that exchanged channels show. It shows no object, so it serves raw outputs only.
   */
  record Generated(int seed, int width, int height) implements PictureSource {
    private static final int RECTANGLES = 24;
    private static final int NOISE = 24;

    @Override
    public String name() {
      return "generated-%d (%dx%d)".formatted(seed, width, height);
    }

    @Override
    public Picture open() {
      Random random = new Random(seed);
      byte[] pixels = new byte[3 * width * height];
      for (int i = 0; i < RECTANGLES; i++) {
        // The first covers the picture.
        int left = i == 0 ? 0 : random.nextInt(width);
        int top = i == 0 ? 0 : random.nextInt(height);
        int right = i == 0 ? width : left + 1 + random.nextInt(width - left);
        int bottom = i == 0 ? height : top + 1 + random.nextInt(height - top);
        int[] colour = {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
        for (int y = top; y < bottom; y++) {
          for (int x = left; x < right; x++) {
            double shade = 0.5 + 0.5 * (x - left) / (right - left);
            for (int c = 0; c < 3; c++) {
              int value = (int) (colour[c] * shade) + random.nextInt(2 * NOISE + 1) - NOISE;
              pixels[3 * (y * width + x) + c] = (byte) Math.max(0, Math.min(255, value));
            }
          }
        }
      }
      return Picture.of(Frame.of(ByteBuffer.wrap(pixels), width, height, Frame.Format.BGR));
    }
  }

  /** Returns pictures to compare raw outputs on where a user has none: wide, tall and square. */
  static List<PictureSource> generated() {
    int[][] sizes = {{640, 480}, {360, 640}, {416, 416}, {800, 300}};
    return IntStream.range(0, sizes.length)
        .<PictureSource>mapToObj(i -> new Generated(i + 1, sizes[i][0], sizes[i][1]))
        .toList();
  }

  /** Returns pictures in files. */
  static List<PictureSource> of(List<Path> files) {
    return of(files, ALL_BITS);
  }

  /** Returns pictures in files whose values may use a part of 16 bits only. */
  static List<PictureSource> of(List<Path> files, int bitDepth) {
    return files.stream().<PictureSource>map(file -> new OfFile(file, bitDepth)).toList();
  }
}
