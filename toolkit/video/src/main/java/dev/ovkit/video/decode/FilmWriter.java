package dev.ovkit.video.decode;

import dev.ovkit.OptionException;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.VideoException.Reason;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * Writes pictures as a film. The name's ending decides the container: {@code .mp4}, {@code .mkv},
 * {@code .ts}, {@code .avi} or {@code .mjpeg}. Used by one thread.
 */
public final class FilmWriter implements AutoCloseable {

  /** Times are in milliseconds; FFmpeg's MPEG-4 takes no finer ones than 1/65535 s. */
  private static final int TICKS = 1000;

  private static final int KEY_FRAMES = 50;

  /** Bits per pixel and second at 25 frames per second; enough for boxes with sharp edges. */
  private static final double BITS_PER_PIXEL = 4;

  private static final Map<String, String> CONTAINERS =
      Map.of(
          "mp4",
          "mp4",
          "mkv",
          "matroska",
          "ts",
          "mpegts",
          "avi",
          "avi",
          "mjpeg",
          "mjpeg",
          "mjpg",
          "mjpeg");

  private final Path file;
  private final int width;
  private final int height;
  private final ByteBuffer pixels;
  private final SwsContext scaler;
  private final AVFrame frame;
  private final AVPacket packet;
  private @Nullable AVFormatContext context;
  private @Nullable AVCodecContext codec;
  private AVStream stream = new AVStream();
  private final long frameTicks;
  private long lastTick = -1;
  private boolean whole;

  /**
   * Begins a film.
   *
   * @param width of all its frames, in pixels; an odd width loses a column
   * @param frameRate frames a second, roughly; each frame has its own time
   * @throws OptionException when the name is not that of a film
   * @throws VideoException when it cannot be written
   */
  public static FilmWriter open(Path file, int width, int height, double frameRate) {
    return open(file, width, height, frameRate, encoders(ending(file)), encoder -> {});
  }

  /**
   * Begins a film.
   *
   * @param encoders names, of which the first is taken that this build has
   * @param settings are made last, before the encoder opens
   */
  static FilmWriter open(
      Path file,
      int width,
      int height,
      double frameRate,
      List<String> encoders,
      Consumer<AVCodecContext> settings) {
    String container = container(file);
    FfmpegLibraries.require();
    FilmWriter writer = new FilmWriter(file, width & ~1, height & ~1, frameRate, encoders.get(0));
    try {
      writer.begin(container, frameRate, encoders, settings);
      return writer;
    } catch (RuntimeException e) {
      writer.free();
      throw e;
    }
  }

  /**
   * Returns the container that a file's name stands for.
   *
   * @throws OptionException when the name is not that of a film
   */
  public static String container(Path file) {
    String container = CONTAINERS.get(ending(file));
    if (container == null) {
      throw new OptionException(
          "'%s': films are written as .mp4, .mkv, .ts, .avi or .mjpeg".formatted(file));
    }
    return container;
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** H.264 by Cisco's encoder where the build has it, else MPEG-4. */
  private static List<String> encoders(String ending) {
    return ending.startsWith("mj") ? List.of("mjpeg") : List.of("libopenh264", "mpeg4");
  }

  private FilmWriter(Path file, int width, int height, double frameRate, String encoder) {
    if (width < 2 || height < 2) {
      throw new OptionException("%s: a film has at least 2x2 pixels".formatted(file));
    }
    this.file = file;
    this.width = width;
    this.height = height;
    this.frameTicks = Math.max(1, Math.round(TICKS / Math.max(0.01, frameRate)));
    this.pixels = ByteBuffer.allocateDirect(3 * width * height);
    int format = format(encoder);
    this.scaler =
        swscale.sws_getContext(
            width,
            height,
            avutil.AV_PIX_FMT_BGR24,
            width,
            height,
            format,
            swscale.SWS_BILINEAR,
            null,
            null,
            (DoublePointer) null);
    this.frame = avutil.av_frame_alloc();
    frame.format(format);
    frame.width(width);
    frame.height(height);
    avutil.av_frame_get_buffer(frame, 0);
    this.packet = avcodec.av_packet_alloc();
  }

  private static int format(String encoder) {
    return encoder.equals("mjpeg") ? avutil.AV_PIX_FMT_YUVJ420P : avutil.AV_PIX_FMT_YUV420P;
  }

  private void begin(
      String container,
      double frameRate,
      List<String> encoders,
      Consumer<AVCodecContext> settings) {
    AVFormatContext output = new AVFormatContext(null);
    require(
        avformat.avformat_alloc_output_context2(output, null, container, file.toString()),
        "be begun");
    context = output;
    AVCodecContext encoder = encoder(frameRate, encoders, output, settings);
    codec = encoder;
    stream = avformat.avformat_new_stream(output, null);
    stream.time_base(encoder.time_base());
    avcodec.avcodec_parameters_from_context(stream.codecpar(), encoder);
    AVIOContext io = new AVIOContext(null);
    require(
        avformat.avio_open(io, "file:" + file.toAbsolutePath(), avformat.AVIO_FLAG_WRITE),
        "be created");
    output.pb(io);
    require(avformat.avformat_write_header(output, (AVDictionary) null), "be begun");
  }

  private AVCodecContext encoder(
      double frameRate,
      List<String> names,
      AVFormatContext output,
      Consumer<AVCodecContext> settings) {
    for (String name : names) {
      @Nullable AVCodec found = avcodec.avcodec_find_encoder_by_name(name);
      if (found == null) {
        continue;
      }
      AVCodecContext encoder = avcodec.avcodec_alloc_context3(found);
      encoder.width(width);
      encoder.height(height);
      encoder.pix_fmt(format(name));
      encoder.time_base(avutil.av_make_q(1, TICKS));
      encoder.framerate(avutil.av_make_q((int) Math.round(Math.max(1, frameRate)), 1));
      encoder.gop_size(KEY_FRAMES);
      encoder.bit_rate((long) (BITS_PER_PIXEL * width * height));
      encoder.thread_count(1);
      if (format(name) == avutil.AV_PIX_FMT_YUVJ420P) {
        encoder.color_range(avutil.AVCOL_RANGE_JPEG);
      }
      if ((output.oformat().flags() & avformat.AVFMT_GLOBALHEADER) != 0) {
        encoder.flags(encoder.flags() | avcodec.AV_CODEC_FLAG_GLOBAL_HEADER);
      }
      settings.accept(encoder);
      if (avcodec.avcodec_open2(encoder, found, (AVDictionary) null) == 0) {
        return encoder;
      }
      avcodec.avcodec_free_context(encoder);
    }
    throw new VideoException(
        Reason.WRITE,
        "%s: this build of FFmpeg has none of the encoders %s".formatted(file, names));
  }

  /**
   * Adds a picture; one of another size is scaled to fit.
   *
   * @param time when it is shown, from the first frame; at least a millisecond after the last one
   */
  public void write(Picture picture, Duration time) {
    Resize.Mode mode =
        picture.width() == width && picture.height() == height
            ? Resize.Mode.STRETCH
            : Resize.Mode.LETTERBOX_CENTRE;
    boolean cropped = (picture.width() & ~1) == width && (picture.height() & ~1) == height;
    Letterbox box =
        Letterbox.of(
            picture.width(), picture.height(), width, height, cropped ? Resize.Mode.STRETCH : mode);
    picture.letterbox(box, Resize.LETTERBOX, pixels);
    avutil.av_frame_make_writable(frame);
    try (PointerPointer<BytePointer> planes = new PointerPointer<>(4);
        IntPointer strides = new IntPointer(4)) {
      planes.put(0, new BytePointer(pixels));
      strides.put(0, 3 * width);
      swscale.sws_scale(scaler, planes, strides, 0, height, frame.data(), frame.linesize());
    }
    lastTick = Math.max(time.toMillis(), lastTick + 1);
    frame.pts(lastTick);
    encode(frame);
  }

  private void encode(@Nullable AVFrame next) {
    AVCodecContext encoder = java.util.Objects.requireNonNull(codec);
    AVFormatContext output = java.util.Objects.requireNonNull(context);
    require(avcodec.avcodec_send_frame(encoder, next), "be encoded");
    while (true) {
      int error = avcodec.avcodec_receive_packet(encoder, packet);
      if (error == avutil.AVERROR_EAGAIN() || error == avutil.AVERROR_EOF) {
        return;
      }
      require(error, "be encoded");
      AVRational from = encoder.time_base();
      packet.duration(frameTicks); // MP4 hides a last frame that takes no time
      avcodec.av_packet_rescale_ts(packet, from, stream.time_base());
      packet.stream_index(0);
      require(avformat.av_interleaved_write_frame(output, packet), "be written");
    }
  }

  private void require(int error, String what) {
    if (error < 0) {
      throw new VideoException(
          Reason.WRITE,
          "cannot write '%s': it cannot %s (%s); give a writable place with enough room"
              .formatted(file, what, Failures.text(error)));
    }
  }

  /**
   * Ends the film: without this, most players show none of it.
   *
   * @throws VideoException when its end cannot be written
   */
  public void finish() {
    if (!whole) {
      whole = true;
      encode(null);
      require(avformat.av_write_trailer(java.util.Objects.requireNonNull(context)), "be ended");
    }
  }

  private void free() {
    if (codec != null) {
      avcodec.avcodec_free_context(codec);
      codec = null;
    }
    if (context != null) {
      if (context.pb() != null && !context.pb().isNull()) {
        avformat.avio_closep(context.pb());
      }
      avformat.avformat_free_context(context);
      context = null;
      avutil.av_frame_free(frame);
      avcodec.av_packet_free(packet);
      swscale.sws_freeContext(scaler);
    }
  }

  /** Ends the film if {@link #finish} has not, and frees everything. */
  @Override
  public void close() {
    if (context == null) {
      return;
    }
    try {
      finish();
    } finally {
      free();
    }
  }
}
