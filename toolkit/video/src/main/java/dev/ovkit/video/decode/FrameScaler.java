package dev.ovkit.video.decode;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Scales frames from the decoder's own pixels straight into a network's input.
 *
 * <p>Used by one thread at a time. It keeps what swscale prepared for the sizes that were used
 * last.
 */
public final class FrameScaler implements AutoCloseable {

  private static final int MOST_KEPT = 32;

  /**
   * swscale's vector code writes whole blocks, so a row needs room up to the end of its last one.
   */
  private static final int BLOCK = 16;

  /** Video with this many rows or more that does not name its colours has those of HD. */
  private static final int HD_ROWS = 720;

  private static final int UNIT = 1 << 16;

  /** The standards for the shares of red and blue in the brightness. */
  private enum Matrix {
    BT601(swscale.SWS_CS_ITU601, 0.299, 0.114),
    BT709(swscale.SWS_CS_ITU709, 0.2126, 0.0722),
    BT2020(swscale.SWS_CS_BT2020, 0.2627, 0.0593);

    private final int coefficients;
    private final PlaneScaler.YuvMatrix limited;
    private final PlaneScaler.YuvMatrix full;

    Matrix(int coefficients, double red, double blue) {
      this.coefficients = coefficients;
      this.limited = PlaneScaler.YuvMatrix.of(red, blue, false);
      this.full = PlaneScaler.YuvMatrix.of(red, blue, true);
    }

    PlaneScaler.YuvMatrix yuv(boolean fullRange) {
      return fullRange ? full : limited;
    }
  }

  private record Key(
      int width,
      int height,
      int format,
      Matrix matrix,
      boolean full,
      int toWidth,
      int toHeight,
      int to) {}

  private final Map<Key, SwsContext> contexts = new LinkedHashMap<>(16, 0.75f, true);
  private final PointerPointer<BytePointer> planes;
  private final IntPointer strides;
  private final PlaneScaler planeScaler;
  private BytePointer scratch;

  public FrameScaler() {
    FfmpegLibraries.require(); // before the first class of the bindings
    planes = new PointerPointer<>(4);
    strides = new IntPointer(4);
    planeScaler = new PlaneScaler();
    scratch = new BytePointer();
  }

  /** Returns a frame as a detector takes it; valid as long as the frame is open. */
  public Picture.Source source(VideoFrame frame) {
    return new Picture.Source() {
      @Override
      public int width() {
        return frame.width();
      }

      @Override
      public int height() {
        return frame.height();
      }

      @Override
      public void letterbox(Letterbox box, Resize resize, ByteBuffer target) {
        if (frame instanceof SlideFrame slide) {
          slide.letterbox(box, resize, target);
        } else if (resize.mode() != Resize.Mode.CENTRE_CROP
            && takes(((DecodedFrame) frame).open(), resize)) {
          FrameScaler.this.letterbox(((DecodedFrame) frame).open(), box, resize, target);
        } else {
          try (Picture whole = frame.toPicture(FrameScaler.this)) {
            whole.letterbox(box, resize, target);
          }
        }
      }
    };
  }

  /** Whether a frame is scaled without a copy in full size; swscale is used for linear alone. */
  private static boolean takes(AVFrame frame, Resize resize) {
    return PlaneScaler.takes(frame) || resize.interpolation() == Resize.Interpolation.LINEAR;
  }

  private void letterbox(AVFrame frame, Letterbox box, Resize resize, ByteBuffer target) {
    int row = 3 * box.targetWidth();
    if (target.remaining() < row * box.targetHeight() || !target.isDirect()) {
      throw new IllegalArgumentException(
          "an input of %dx%d needs %d direct bytes"
              .formatted(box.targetWidth(), box.targetHeight(), row * box.targetHeight()));
    }
    if (PlaneScaler.takes(frame)) {
      planeScaler.scale(frame, matrix(frame).yuv(isFull(frame)), box, resize, target);
    } else if (box.width() % BLOCK == 0 && box.left() == 0) {
      BytePointer start = new BytePointer(target);
      int before = box.top() * row;
      scale(frame, box, start.position(start.position() + before), row);
    } else {
      int stride = 3 * (box.width() + BLOCK - 1) / BLOCK * BLOCK + 3 * BLOCK;
      reserve((long) stride * (box.height() + 1));
      scale(frame, box, scratch.position(0), stride);
      ByteBuffer rows = scratch.position(0).capacity(scratch.capacity()).asByteBuffer();
      for (int y = 0; y < box.height(); y++) {
        target.put(
            target.position() + (box.top() + y) * row + 3 * box.left(),
            rows,
            y * stride,
            3 * box.width());
      }
    }
    fillBorder(box, (byte) resize.padValue(), target);
  }

  private void reserve(long bytes) {
    if (scratch.capacity() < bytes) {
      scratch.deallocate();
      scratch = new BytePointer(bytes);
    }
  }

  private static void fillBorder(Letterbox box, byte grey, ByteBuffer target) {
    int row = 3 * box.targetWidth();
    int right = box.left() + box.width();
    for (int y = 0; y < box.targetHeight(); y++) {
      boolean inside = y >= box.top() && y < box.top() + box.height();
      int start = target.position() + y * row;
      if (!inside) {
        fill(target, start, row, grey);
      } else {
        fill(target, start, 3 * box.left(), grey);
        fill(target, start + 3 * right, row - 3 * right, grey);
      }
    }
  }

  private static void fill(ByteBuffer target, int from, int count, byte value) {
    for (int i = from; i < from + count; i++) {
      target.put(i, value);
    }
  }

  private void scale(AVFrame frame, Letterbox box, BytePointer to, int stride) {
    scale(frame, box.width(), box.height(), avutil.AV_PIX_FMT_BGR24, to, stride);
  }

  private void scale(AVFrame frame, int width, int height, int format, BytePointer to, int stride) {
    SwsContext context = context(frame, width, height, format);
    planes.put(0, to);
    strides.put(0, stride);
    int rows =
        swscale.sws_scale(
            context, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
    if (rows != height) {
      throw new VideoException(
          VideoException.Reason.DAMAGED,
          "swscale could not scale a frame of %dx%d to %dx%d: %s"
              .formatted(frame.width(), frame.height(), width, height, Failures.text(rows)));
    }
  }

  private SwsContext context(AVFrame frame, int width, int height, int format) {
    Key key =
        new Key(
            frame.width(),
            frame.height(),
            frame.format(),
            matrix(frame),
            isFull(frame),
            width,
            height,
            format);
    SwsContext kept = contexts.get(key);
    if (kept != null) {
      return kept;
    }
    SwsContext made =
        swscale.sws_getContext(
            key.width,
            key.height,
            key.format,
            width,
            height,
            format,
            // Colour at full resolution, and exact rounding.
            swscale.SWS_BILINEAR | swscale.SWS_FULL_CHR_H_INT | swscale.SWS_ACCURATE_RND,
            null,
            null,
            (DoublePointer) null);
    if (made == null) {
      throw new VideoException(
          VideoException.Reason.DAMAGED,
          "swscale cannot scale frames of %dx%d to %dx%d"
              .formatted(key.width, key.height, width, height));
    }
    IntPointer from = swscale.sws_getCoefficients(key.matrix.coefficients);
    swscale.sws_setColorspaceDetails(made, from, key.full ? 1 : 0, from, 1, 0, UNIT, UNIT);
    if (contexts.size() == MOST_KEPT) {
      Iterator<SwsContext> oldest = contexts.values().iterator();
      swscale.sws_freeContext(oldest.next());
      oldest.remove();
    }
    contexts.put(key, made);
    return made;
  }

  private static Matrix matrix(AVFrame frame) {
    return switch (frame.colorspace()) {
      case avutil.AVCOL_SPC_BT709 -> Matrix.BT709;
      case avutil.AVCOL_SPC_BT470BG, avutil.AVCOL_SPC_SMPTE170M -> Matrix.BT601;
      case avutil.AVCOL_SPC_BT2020_NCL, avutil.AVCOL_SPC_BT2020_CL -> Matrix.BT2020;
      default -> frame.height() >= HD_ROWS ? Matrix.BT709 : Matrix.BT601;
    };
  }

  private static boolean isFull(AVFrame frame) {
    int format = frame.format();
    return frame.color_range() == avutil.AVCOL_RANGE_JPEG
        || format == avutil.AV_PIX_FMT_YUVJ420P
        || format == avutil.AV_PIX_FMT_YUVJ422P
        || format == avutil.AV_PIX_FMT_YUVJ444P;
  }

  /** Returns a frame in full size, to draw on. */
  Picture picture(DecodedFrame frame) {
    int stride = 3 * frame.width();
    long bytes = (long) stride * frame.height();
    reserve(bytes + 3L * BLOCK * BLOCK);
    scale(
        frame.open(),
        frame.width(),
        frame.height(),
        avutil.AV_PIX_FMT_BGR24,
        scratch.position(0),
        stride);
    ByteBuffer pixels = scratch.position(0).asByteBuffer();
    return Picture.of(Frame.of(pixels, frame.width(), frame.height(), Frame.Format.BGR));
  }

  /** Returns the brightness of a frame on a coarse grid, row by row, 0..255. */
  public byte[] brightness(VideoFrame frame, int columns, int rows) {
    byte[] grid = new byte[columns * rows];
    if (frame instanceof DecodedFrame decoded) {
      int stride = (columns + BLOCK - 1) / BLOCK * BLOCK + BLOCK;
      reserve((long) stride * (rows + 1));
      scale(decoded.open(), columns, rows, avutil.AV_PIX_FMT_GRAY8, scratch.position(0), stride);
      for (int y = 0; y < rows; y++) {
        scratch.position((long) y * stride).get(grid, y * columns, columns);
      }
      scratch.position(0);
    } else {
      ByteBuffer pixels = ByteBuffer.allocateDirect(3 * columns * rows);
      Letterbox whole =
          Letterbox.of(frame.width(), frame.height(), columns, rows, Resize.Mode.STRETCH);
      ((SlideFrame) frame).letterbox(whole, Resize.LETTERBOX, pixels);
      for (int i = 0; i < grid.length; i++) {
        int sum = 0;
        for (int channel = 0; channel < 3; channel++) {
          sum += pixels.get(3 * i + channel) & 0xff;
        }
        grid[i] = (byte) (sum / 3);
      }
    }
    return grid;
  }

  @Override
  public void close() {
    contexts.values().forEach(swscale::sws_freeContext);
    contexts.clear();
    planeScaler.close();
    scratch.deallocate();
    planes.deallocate();
    strides.deallocate();
  }
}
