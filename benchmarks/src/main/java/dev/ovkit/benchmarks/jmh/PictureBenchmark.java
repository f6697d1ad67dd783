package dev.ovkit.benchmarks.jmh;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From JPEG bytes to a 640x640 input, and from a decoded picture. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PictureBenchmark {

  private static final int SIZE = 640;

  @Param({"640x480", "1920x1080"})
  public String size;

  private final ByteBuffer input = ByteBuffer.allocateDirect(SIZE * SIZE * 3);
  private final Picture memory = Picture.empty();
  private byte[] jpeg;
  private Picture picture;
  private Letterbox letterbox;

  /** Smooth shapes with some noise: about as many bytes as a photograph's JPEG. */
  @Setup
  public void setup() {
    int width = Integer.parseInt(size.split("x")[0]);
    int height = Integer.parseInt(size.split("x")[1]);
    ByteBuffer pixels = ByteBuffer.allocateDirect(width * height * 3);
    Random random = new Random(3);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          double shape = 128 + 80 * Math.sin(x / 37.0 + c) * Math.cos(y / 29.0);
          int noisy = (int) (shape + random.nextGaussian() * 6);
          pixels.put((byte) Math.max(0, Math.min(255, noisy)));
        }
      }
    }
    pixels.rewind();
    picture = Picture.of(new Frame(pixels, width, height, width * 3, Frame.Format.BGR));
    jpeg = picture.toJpeg();
    letterbox = Letterbox.of(width, height, SIZE, SIZE, Resize.Mode.LETTERBOX_CENTRE);
  }

  @Benchmark
  public ByteBuffer jpegToInput() {
    memory.load(jpeg);
    memory.letterbox(letterbox, Resize.LETTERBOX, input);
    return input;
  }

  @Benchmark
  public ByteBuffer letterbox() {
    picture.letterbox(letterbox, Resize.LETTERBOX, input);
    return input;
  }

  @TearDown
  public void close() {
    picture.close();
    memory.close();
  }
}
