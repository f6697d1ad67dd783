package dev.ovkit.video.decode;

import dev.ovkit.video.decode.VideoException.Reason;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/** Reads a webcam of this machine: its frames by Video4Linux, decoded by FFmpeg. */
final class WebcamReader implements VideoReader {

  /** How long a native call may wait before the reader asks whether it is to stop. */
  private static final int SLICE_MILLIS = 100;

  private final VideoSource source;
  private final ReadOptions options;
  private final BooleanSupplier stopped;
  private final WebcamDevice device;
  private @Nullable AVCodecContext codec;
  private @Nullable AVPacket packet;
  private long firstNanos;
  private long frames;
  private long skipped;

  private WebcamReader(
      VideoSource source, ReadOptions options, BooleanSupplier stopped, WebcamDevice device) {
    this.source = source;
    this.options = options;
    this.stopped = stopped;
    this.device = device;
  }

  static WebcamReader open(VideoSource source, ReadOptions options, BooleanSupplier stopped) {
    return open(source, options, stopped, WebcamDevice.SYSTEM);
  }

  static WebcamReader open(
      VideoSource source, ReadOptions options, BooleanSupplier stopped, long calls) {
    WebcamReader reader =
        new WebcamReader(source, options, stopped, WebcamDevice.open(source, calls));
    try {
      reader.openCodec();
      return reader;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private void openCodec() {
    boolean mjpeg = device.format() == WebcamAddress.Format.MJPEG;
    AVCodec decoder =
        avcodec.avcodec_find_decoder(
            mjpeg ? avcodec.AV_CODEC_ID_MJPEG : avcodec.AV_CODEC_ID_RAWVIDEO);
    AVCodecContext opening = avcodec.avcodec_alloc_context3(decoder);
    codec = opening;
    opening.width(device.width());
    opening.height(device.height());
    opening.thread_count(1);
    if (!mjpeg) {
      opening.pix_fmt(avutil.AV_PIX_FMT_YUYV422);
    }
    int error = avcodec.avcodec_open2(opening, decoder, (AVDictionary) null);
    if (error < 0) {
      throw new VideoException(
          Reason.UNSUPPORTED,
          "%s: its format, %s, cannot be decoded (%s)"
              .formatted(source, device, Failures.text(error)));
    }
    packet = avcodec.av_packet_alloc();
  }

  @Override
  public @Nullable VideoFrame next(FrameDemand demand) {
    long end = System.nanoTime() + options.readTimeout().toNanos();
    AVFrame frame = avutil.av_frame_alloc();
    try {
      while (true) {
        AVPacket filled = receive(end);
        long now = System.nanoTime();
        firstNanos = frames == 0 ? now : firstNanos;
        Duration time = Duration.ofNanos(now - firstNanos);
        if (frames > 0 && !demand.needs(time)) {
          frames++;
          skipped++;
          end = now + options.readTimeout().toNanos();
        } else if (decode(filled, frame)) {
          AVFrame planar = PlanarFrames.of(frame);
          frame = null;
          return new DecodedFrame(planar, frames++, time);
        }
      }
    } finally {
      if (frame != null) {
        avutil.av_frame_free(frame);
      }
    }
  }

  /** Fills the packet with the next frame that is whole. */
  private AVPacket receive(long end) {
    AVPacket filling = Objects.requireNonNull(packet);
    boolean used = filling.buf() == null || filling.buf().isNull();
    if (used && avcodec.av_new_packet(filling, device.mostBytes()) < 0) {
      throw new VideoException(Reason.DAMAGED, "%s: not enough memory".formatted(source));
    }
    while (true) {
      if (stopped.getAsBoolean()) {
        throw new VideoException(Reason.CLOSED, "%s: closed".formatted(source));
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left < 0) {
        throw new VideoException(
            Reason.TIMEOUT,
            "%s: no frame for %s".formatted(source, Failures.seconds(options.readTimeout())));
      }
      int bytes = device.read(filling.data().address(), (int) Math.min(left + 1, SLICE_MILLIS));
      if (bytes > 0) {
        filling.size(bytes);
        return filling;
      }
    }
  }

  /** Returns whether a frame came of it; a damaged one is left out. */
  private boolean decode(AVPacket filled, AVFrame frame) {
    AVCodecContext decoder = Objects.requireNonNull(codec);
    int error = avcodec.avcodec_send_packet(decoder, filled);
    avcodec.av_packet_unref(filled); // the decoder may keep it, so the next frame gets another
    return error == 0 && avcodec.avcodec_receive_frame(decoder, frame) == 0;
  }

  @Override
  public long skipped() {
    return skipped;
  }

  @Override
  public OptionalDouble frameRate() {
    return OptionalDouble.empty(); // by the light, which may change
  }

  @Override
  public String description() {
    return device.toString();
  }

  @Override
  public void close() {
    device.close();
    if (packet != null) {
      avcodec.av_packet_free(packet);
      packet = null;
    }
    if (codec != null) {
      avcodec.avcodec_free_context(codec);
      codec = null;
    }
  }
}
