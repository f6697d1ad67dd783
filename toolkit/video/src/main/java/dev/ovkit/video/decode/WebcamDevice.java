package dev.ovkit.video.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.video.decode.VideoException.Reason;
import java.nio.charset.Charset;
import java.util.Locale;

/** A webcam that is open, by the native reader. Used by one thread. */
final class WebcamDevice implements AutoCloseable {

  /** The system's own calls; a test has others. */
  static final long SYSTEM = 0;

  /** A common size of webcams, and more than most networks look at. */
  private static final int WIDTH = 1280;

  private static final int HEIGHT = 720;

  private static final int ENOENT = -2;
  private static final int ENXIO = -6;
  private static final int EACCES = -13;
  private static final int EPERM = -1;
  private static final int EBUSY = -16;
  private static final int ENODEV = -19;
  private static final int NO_DEVICE = -5001;
  private static final int NO_VIDEO = -5002;
  private static final int NO_CAPTURE = -5003;
  private static final int NO_FORMAT = -5004;

  private static final int MOST_TEXT = 1024;

  /** Names of files are in the encoding of the system, as the JVM has it. */
  private static final Charset PATHS =
      Charset.forName(System.getProperty("sun.jnu.encoding", UTF_8.name()));

  private final VideoSource source;
  private final WebcamAddress.Format format;
  private final int width;
  private final int height;
  private final int mostBytes;
  private long webcam;

  private static native long open(byte[] path, long calls, int[] format);

  private static native int read(long webcam, long target, int capacity, int milliseconds);

  private static native void close(long webcam);

  private static native int describe(byte[] path, long calls, byte[] text);

  private WebcamDevice(VideoSource source, long webcam, int[] format) {
    this.source = source;
    this.webcam = webcam;
    this.format =
        format[0] == WebcamAddress.Format.MJPEG.code
            ? WebcamAddress.Format.MJPEG
            : WebcamAddress.Format.YUYV;
    this.width = format[1];
    this.height = format[2];
    this.mostBytes = format[3];
  }

  /**
   * Opens a webcam and lets it deliver.
   *
   * @param calls the address of the table of system calls, or {@link #SYSTEM}
   */
  static WebcamDevice open(VideoSource source, long calls) {
    FfmpegLibraries.require();
    WebcamAddress address = WebcamAddress.of(source.location());
    int[] format = {
      address.format().map(wanted -> wanted.code).orElse(0),
      address.isSized() ? address.width() : WIDTH,
      address.isSized() ? address.height() : HEIGHT,
      0
    };
    long opened = open(path(address.device()), calls, format);
    if (isError(opened)) {
      throw opening(source, address, (int) opened, calls);
    }
    WebcamDevice device = new WebcamDevice(source, opened, format);
    if (address.isSized()
        && (device.width != address.width() || device.height != address.height())) {
      device.close();
      throw new VideoException(
          Reason.UNSUPPORTED,
          "%s: it has no %dx%d in %s; the nearest is %dx%d"
              .formatted(
                  source,
                  address.width(),
                  address.height(),
                  device.format.word(),
                  device.width,
                  device.height));
    }
    return device;
  }

  /** Addresses of this system are positive. */
  private static boolean isError(long opened) {
    return opened <= 0;
  }

  private static byte[] path(String device) {
    byte[] bytes = device.getBytes(PATHS);
    return java.util.Arrays.copyOf(bytes, bytes.length + 1);
  }

  /**
   * Returns what a device says of itself, as in {@code HD Webcam (MJPG, YUYV)}.
   *
   * @throws VideoException when it is no webcam, or cannot be asked
   */
  static String description(VideoSource source, long calls) {
    FfmpegLibraries.require();
    byte[] text = new byte[MOST_TEXT];
    WebcamAddress address = WebcamAddress.of(source.location());
    int error = describe(path(address.device()), calls, text);
    if (error < 0) {
      throw opening(source, address, error, calls);
    }
    String[] parts = text(text).split("\t", 2);
    return "%s (%s)".formatted(parts[0], parts[1].replace(" ", ", "));
  }

  private static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, UTF_8);
  }

  private static VideoException opening(
      VideoSource source, WebcamAddress address, int error, long calls) {
    return switch (error) {
      case ENOENT, ENXIO, ENODEV ->
          new VideoException(
              Reason.UNREACHABLE,
              "%s: there is no such device; plug the camera in, or see 'ovkit doctor' for those that are there"
                  .formatted(source));
      case EACCES, EPERM ->
          new VideoException(
              Reason.NOT_FOUND,
              "%s: it cannot be opened (permission denied); add the user to the group 'video'"
                  .formatted(source));
      case EBUSY ->
          new VideoException(
              Reason.UNREACHABLE,
              "%s: another program uses it; end that program".formatted(source));
      case NO_DEVICE ->
          new VideoException(
              Reason.NO_VIDEO,
              "%s: a file or folder, and no webcam; expected a device such as /dev/video0"
                  .formatted(source));
      case NO_VIDEO ->
          new VideoException(
              Reason.NO_VIDEO,
              "%s: not a video device; expected one such as /dev/video0".formatted(source));
      case NO_CAPTURE ->
          new VideoException(
              Reason.NO_VIDEO,
              "%s: this device delivers no frames; most cameras have several devices, and another one does"
                  .formatted(source));
      case NO_FORMAT ->
          new VideoException(
              Reason.UNSUPPORTED,
              "%s: it does not deliver %s; it is %s"
                  .formatted(
                      source,
                      address.format().map(WebcamAddress.Format::word).orElse("mjpeg or yuyv"),
                      description(source, calls)));
      default ->
          new VideoException(
              Reason.DAMAGED,
              "%s: it cannot be opened (%s)".formatted(source, Failures.text(error)));
    };
  }

  /**
   * Waits for the next frame and copies it.
   *
   * @param target the address of {@link #mostBytes} bytes
   * @return its bytes; 0 if none came in that time, or a damaged one
   */
  int read(long target, int milliseconds) {
    if (webcam == 0) {
      throw new IllegalStateException("the webcam is closed");
    }
    int read = read(webcam, target, mostBytes, milliseconds);
    if (read == ENODEV) {
      throw new VideoException(Reason.UNREACHABLE, "%s: it was unplugged".formatted(source));
    }
    if (read < 0) {
      throw new VideoException(
          Reason.DAMAGED, "%s: it cannot be read on (%s)".formatted(source, Failures.text(read)));
    }
    return read;
  }

  WebcamAddress.Format format() {
    return format;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Returns how many bytes a frame has at most. */
  int mostBytes() {
    return mostBytes;
  }

  /** Returns a line such as {@code mjpeg 1280x720}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %dx%d", format.word(), width, height);
  }

  @Override
  public void close() {
    if (webcam != 0) {
      close(webcam);
      webcam = 0;
    }
  }
}
