package dev.ovkit.video.decode;

import dev.ovkit.video.decode.VideoException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/** Reads whatever FFmpeg can read: files, cameras, standard input. */
final class FfmpegReader implements VideoReader {

  /** A stream is given up after this many bad packets without a frame between them. */
  private static final int MOST_BAD_PACKETS = 500;

  /** 8192 x 8192, more than any camera has. */
  private static final long MOST_PIXELS = 1L << 26;

  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final VideoSource source;
  private final ReadOptions options;
  private final Deadlines deadline;
  private @Nullable AVFormatContext context;
  private @Nullable AVCodecContext codec;
  private @Nullable AVPacket packet;
  private @Nullable FrameSkipping skipping;
  private int stream;
  private AVRational timeBase = new AVRational();
  private OptionalDouble frameRate = OptionalDouble.empty();
  private String description = "";
  private long decoded;
  private long firstTimestamp = avutil.AV_NOPTS_VALUE;
  private int badPackets;
  private boolean drained;

  private FfmpegReader(VideoSource source, ReadOptions options, BooleanSupplier stopped) {
    this.deadline = new Deadlines(stopped);
    this.source = source;
    this.options = options;
  }

  static FfmpegReader open(VideoSource source, ReadOptions options, BooleanSupplier stopped) {
    if (source.kind() == VideoSource.Kind.FILM && !source.isUrl()) {
      requireFile(source);
    }
    FfmpegLibraries.require();
    FfmpegReader reader = new FfmpegReader(source, options, stopped);
    try {
      reader.openContext();
      reader.openCodec();
      return reader;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static void requireFile(VideoSource source) {
    Path file = Path.of(source.location());
    if (!Files.exists(file)) {
      throw new VideoException(
          Reason.NOT_FOUND, "%s: no such file; expected a video".formatted(source));
    }
    if (!Files.isReadable(file)) {
      throw new VideoException(
          Reason.NOT_FOUND, "%s: it cannot be read (permission denied)".formatted(source));
    }
  }

  private void openContext() {
    AVFormatContext opening = avformat.avformat_alloc_context();
    deadline.guard(opening);
    deadline.start(options.openTimeout());
    AVDictionary settings = new AVDictionary(null);
    ProtocolSettings.of(source, options)
        .forEach((key, value) -> avutil.av_dict_set(settings, key, value, 0));
    // Without a scheme FFmpeg would take "a:b.mp4" for a protocol.
    String url =
        source.kind() == VideoSource.Kind.FILM && !source.isUrl()
            ? "file:" + source.location()
            : source.location();
    int error = avformat.avformat_open_input(opening, url, (AVInputFormat) null, settings);
    avutil.av_dict_free(settings);
    if (error < 0) { // which has freed the context
      throw Failures.opening(source, error, deadline, options.openTimeout());
    }
    context = opening;
    error = avformat.avformat_find_stream_info(opening, (AVDictionary) null);
    // Interrupted, it is content with what it has, which may be streams of which nothing has come.
    if (error < 0 || (deadline.isOver() && mayHaveVideo(opening))) {
      throw Failures.opening(source, error, deadline, options.openTimeout());
    }
  }

  private static boolean mayHaveVideo(AVFormatContext opened) {
    return opened.nb_streams() == 0 || video(opened) >= 0;
  }

  private static int video(AVFormatContext opened) {
    return avformat.av_find_best_stream(
        opened, avutil.AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
  }

  private void openCodec() {
    AVFormatContext opened = opened();
    stream = video(opened);
    if (stream < 0) {
      throw new VideoException(
          Reason.NO_VIDEO, "%s: it has no video stream; expected one".formatted(source));
    }
    for (int i = 0; i < opened.nb_streams(); i++) {
      if (i != stream) {
        opened.streams(i).discard(avcodec.AVDISCARD_ALL);
      }
    }
    AVStream video = opened.streams(stream);
    timeBase = video.time_base();
    int id = video.codecpar().codec_id();
    String name = codecName(id, video.codecpar().codec_tag());
    @Nullable AVCodec decoder = avcodec.avcodec_find_decoder(id);
    if (decoder == null) {
      throw new VideoException(
          Reason.UNSUPPORTED,
          "%s: this build of FFmpeg cannot decode its codec, %s; expected H.264, HEVC, AV1, VP9, MPEG-4 or MJPEG"
              .formatted(source, name));
    }
    HardwareDecoding hardware = options.hardware().usable().orElse(HardwareDecoding.NONE);
    @Nullable AVCodec other = hardware.decoder(name);
    int error = other == null ? -1 : open(other, video, hardware);
    if (error < 0) { // what the GPU has no decoder for, and what it cannot open
      error = open(decoder, video, hardware);
    }
    if (error < 0) {
      throw new VideoException(
          Reason.UNSUPPORTED,
          "%s: its codec, %s, cannot be opened (%s)".formatted(source, name, Failures.text(error)));
    }
    AVCodecContext opening = java.util.Objects.requireNonNull(codec);
    packet = avcodec.av_packet_alloc();
    skipping = new FrameSkipping(opening, options.keyFrames());
    double rate = avutil.av_q2d(avformat.av_guess_frame_rate(opened, video, null));
    frameRate = rate > 0 && rate < 1000 ? OptionalDouble.of(rate) : OptionalDouble.empty();
    description = "%s %dx%d".formatted(name, opening.width(), opening.height());
  }

  /** Opens a decoder in place of the last one. Returns FFmpeg's error, or 0. */
  private int open(AVCodec decoder, AVStream video, HardwareDecoding hardware) {
    if (codec != null) {
      avcodec.avcodec_free_context(codec);
    }
    AVCodecContext opening = avcodec.avcodec_alloc_context3(decoder);
    codec = opening;
    avcodec.avcodec_parameters_to_context(opening, video.codecpar());
    opening.pkt_timebase(timeBase);
    opening.thread_count(options.threads());
    opening.max_pixels(MOST_PIXELS); // of a damaged film, which may ask for any size
    hardware.prepare(opening);
    return avcodec.avcodec_open2(opening, decoder, (AVDictionary) null);
  }

  /** A codec that FFmpeg has no name for has four letters in the file. */
  private static String codecName(int id, int tag) {
    if (id != avcodec.AV_CODEC_ID_NONE) {
      return avcodec.avcodec_get_name(id).getString();
    }
    StringBuilder letters = new StringBuilder();
    for (int shift = 0; shift < 32; shift += 8) {
      char letter = (char) (tag >> shift & 0xff);
      letters.append(letter > ' ' && letter < 127 ? letter : '?');
    }
    return letters.toString();
  }

  private AVFormatContext opened() {
    AVFormatContext pointer = context;
    if (pointer == null) {
      throw new IllegalStateException("the reader is closed");
    }
    return pointer;
  }

  @Override
  public @Nullable VideoFrame next(FrameDemand demand) {
    AVFormatContext input = opened();
    AVCodecContext decoder = java.util.Objects.requireNonNull(codec);
    FrameSkipping skips = java.util.Objects.requireNonNull(skipping);
    deadline.start(options.readTimeout());
    AVFrame frame = avutil.av_frame_alloc();
    try {
      while (true) {
        int error = avcodec.avcodec_receive_frame(decoder, frame);
        if (error == 0) {
          badPackets = 0;
          long timestamp = frame.best_effort_timestamp();
          if (timestamp != avutil.AV_NOPTS_VALUE) {
            skips.decoded(timestamp);
            firstTimestamp = firstTimestamp == avutil.AV_NOPTS_VALUE ? timestamp : firstTimestamp;
          }
          Duration time = time(timestamp);
          AVFrame local = PlanarFrames.of(frame);
          frame = null;
          return new DecodedFrame(local, skips.skipped() + decoded++, time);
        }
        if (error == avutil.AVERROR_EOF) {
          skips.ended();
          return null;
        }
        if (error == avutil.AVERROR_EAGAIN()) {
          feed(input, decoder, skips, demand);
        } else {
          countBad(error);
        }
      }
    } finally {
      if (frame != null) {
        avutil.av_frame_free(frame);
      }
    }
  }

  /** Sends the decoder the next packet, or flushes it at the end of the stream. */
  private void feed(
      AVFormatContext input, AVCodecContext decoder, FrameSkipping skips, FrameDemand demand) {
    AVPacket next = java.util.Objects.requireNonNull(packet);
    while (true) {
      int error = avformat.av_read_frame(input, next);
      if (error == avutil.AVERROR_EOF && !drained) {
        drained = true;
        avcodec.avcodec_send_packet(decoder, null);
        return;
      }
      if (error < 0) {
        throw Failures.reading(source, error, deadline, options.readTimeout());
      }
      boolean ours = next.stream_index() == stream;
      boolean admitted = ours && skips.admits(next, isNeeded(next.pts(), demand));
      int refused = admitted ? avcodec.avcodec_send_packet(decoder, next) : 0;
      avcodec.av_packet_unref(next);
      if (refused < 0) {
        countBad(refused);
      }
      if (admitted) {
        return;
      }
      if (ours) {
        deadline.start(options.readTimeout()); // a frame has come, only nobody needed it
      }
      if (deadline.isOver()) { // a stream of sound alone never blocks
        throw Failures.reading(source, 0, deadline, options.readTimeout());
      }
    }
  }

  /** A damaged packet costs its frames, not the stream. */
  private void countBad(int error) {
    if (++badPackets > MOST_BAD_PACKETS || deadline.isOver()) {
      throw Failures.reading(source, error, deadline, options.readTimeout());
    }
  }

  private boolean isNeeded(long timestamp, FrameDemand demand) {
    boolean first = decoded == 0; // times count from it
    return first || demand.needs(time(timestamp));
  }

  private Duration time(long timestamp) {
    if (timestamp == avutil.AV_NOPTS_VALUE || firstTimestamp == avutil.AV_NOPTS_VALUE) {
      return Duration.ofNanos((long) ((decoded + skipped()) * 1e9 / frameRate.orElse(25)));
    }
    double seconds = (timestamp - firstTimestamp) * avutil.av_q2d(timeBase);
    return Duration.ofNanos(Math.max(0, Math.round(seconds * 1e9)));
  }

  @Override
  public long skipped() {
    return skipping == null ? 0 : skipping.skipped();
  }

  @Override
  public OptionalDouble frameRate() {
    return frameRate;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void close() {
    deadline.startClosing(CLOSING);
    if (packet != null) {
      avcodec.av_packet_free(packet);
      packet = null;
    }
    if (codec != null) {
      avcodec.avcodec_free_context(codec);
      codec = null;
    }
    if (context != null) {
      avformat.avformat_close_input(context);
      context = null;
    }
    deadline.close();
  }
}
