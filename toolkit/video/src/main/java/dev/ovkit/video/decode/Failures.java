package dev.ovkit.video.decode;

import dev.ovkit.video.decode.VideoException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.bytedeco.ffmpeg.global.avutil;

/** Turns FFmpeg's error numbers into messages about the source. */
final class Failures {

  private static final int EIO = -5;
  private static final int EPIPE = -32;
  private static final int ENOMEM = -12;
  private static final int EACCES = -13;
  private static final int ENOENT = -2;
  private static final int ENETUNREACH = -101;
  private static final int ECONNRESET = -104;
  private static final int ETIMEDOUT = -110;
  private static final int ECONNREFUSED = -111;
  private static final int EHOSTUNREACH = -113;

  /** A source that could not be opened. */
  static VideoException opening(
      VideoSource source, int error, Deadlines deadline, Duration longest) {
    if (deadline.isStopped()) {
      return new VideoException(Reason.CLOSED, "%s: closed while it was opened".formatted(source));
    }
    if (deadline.hasPassed() || error == ETIMEDOUT) {
      return new VideoException(
          Reason.TIMEOUT,
          "%s: no answer within %s; check address, network and camera"
              .formatted(source, seconds(longest)));
    }
    if (error == avutil.AVERROR_HTTP_UNAUTHORIZED || error == avutil.AVERROR_HTTP_FORBIDDEN) {
      return new VideoException(
          Reason.PASSWORD,
          "%s: it refuses the user name or password; expected them as in %s://USER:PASSWORD@HOST/…"
              .formatted(source, source.scheme()));
    }
    if (error == avutil.AVERROR_HTTP_NOT_FOUND || error == ENOENT) {
      return new VideoException(
          Reason.NOT_FOUND, "%s: there is nothing of that name; check the path".formatted(source));
    }
    if (error == avutil.AVERROR_PROTOCOL_NOT_FOUND) {
      return new VideoException(
          Reason.UNSUPPORTED,
          "%s: this build of FFmpeg does not speak %s://".formatted(source, source.scheme()));
    }
    if (error == EACCES) {
      return new VideoException(
          Reason.NOT_FOUND, "%s: it cannot be read (permission denied)".formatted(source));
    }
    if (source.isUrl()) {
      return unreachable(source, error);
    }
    return new VideoException(
        Reason.NO_VIDEO,
        "%s: it is no video that can be read (%s); expected MP4, MKV, TS, AVI or MJPEG"
            .formatted(source, text(error)));
  }

  private static VideoException unreachable(VideoSource source, int error) {
    boolean network =
        error == EIO
            || error == ENETUNREACH
            || error == EHOSTUNREACH
            || error == ECONNREFUSED
            || error == ECONNRESET;
    String why = error == EIO ? "no such host, or no usable answer" : text(error);
    return network
        ? new VideoException(
            Reason.UNREACHABLE,
            "%s: the host cannot be reached (%s); check address and network".formatted(source, why))
        : new VideoException(
            Reason.DAMAGED, "%s: it cannot be opened (%s)".formatted(source, text(error)));
  }

  /** A source that failed after it was opened. */
  static VideoException reading(
      VideoSource source, int error, Deadlines deadline, Duration longest) {
    if (deadline.isStopped()) {
      return new VideoException(Reason.CLOSED, "%s: closed".formatted(source));
    }
    if (deadline.hasPassed() || error == ETIMEDOUT) {
      return new VideoException(
          Reason.TIMEOUT, "%s: no frame for %s".formatted(source, seconds(longest)));
    }
    if (error == ENOMEM) {
      return new VideoException(Reason.DAMAGED, "%s: not enough memory".formatted(source));
    }
    if (source.isUrl() && (error == EIO || error == ECONNRESET || error == EPIPE)) {
      return new VideoException(
          Reason.UNREACHABLE, "%s: the connection was lost".formatted(source));
    }
    return new VideoException(
        Reason.DAMAGED, "%s: it cannot be read on (%s)".formatted(source, text(error)));
  }

  /** Returns what FFmpeg calls an error, in lower case. */
  static String text(int error) {
    byte[] message = new byte[avutil.AV_ERROR_MAX_STRING_SIZE];
    avutil.av_strerror(error, message, message.length);
    int length = 0;
    while (length < message.length && message[length] != 0) {
      length++;
    }
    String text = new String(message, 0, length, StandardCharsets.UTF_8);
    return text.isEmpty()
        ? "error " + error
        : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }

  static String seconds(Duration duration) {
    double seconds = duration.toMillis() / 1000.0;
    return seconds == Math.rint(seconds)
        ? "%d s".formatted((long) seconds)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  private Failures() {}
}
