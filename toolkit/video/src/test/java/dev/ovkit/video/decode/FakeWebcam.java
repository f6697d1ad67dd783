package dev.ovkit.video.decode;

import java.nio.file.Path;

/**
 * A webcam that the native reader takes for a real one: the system calls that it makes are answered
 * by {@code src/test/cpp/fake_webcam.cpp}. There is one in a JVM.
 */
final class FakeWebcam {

  /** What a test can set, in the order of the native side. */
  enum Setting {
    /** 1 for a device, 0 for a file. */
    DEVICE,
    /** 1 for a video device. */
    VIDEO,
    /** 1 for one that delivers frames. */
    CAPTURE,
    /** The errno of opening it. */
    OPEN_ERROR,
    /**
     * Another program has it: noticed when the format is set (1), buffers wanted (2), or on (3).
     */
    BUSY_AT,
    WIDTH,
    HEIGHT,
    /** Bytes behind each row of YUYV. */
    PADDING,
    /** 1 if it delivers MJPEG. */
    MJPEG,
    /** 1 if it delivers YUYV. */
    YUYV,
    /** 1 if it is unplugged after its last frame, where it otherwise is silent. */
    GONE
  }

  static {
    FfmpegLibraries.require();
    System.load(
        Path.of(System.getProperty("ovkit.test.libraries"), "libfake_webcam.so").toString());
    reset();
  }

  private static native void reset();

  private static native void set(int setting, int value);

  /** Adds a frame to those that it delivers. */
  static native void frame(byte[] bytes, boolean damaged);

  /** Returns the address of its system calls. */
  static native long calls();

  /** Returns what it was asked, in one line. */
  static native String log();

  /** Returns what no driver would have allowed, and what is still open. */
  static native String wrong();

  static void set(Setting setting, int value) {
    set(setting.ordinal(), value);
  }

  /** Plugs in another one, which delivers both formats in one size. */
  static void plugIn(int width, int height) {
    reset();
    for (Setting on : new Setting[] {Setting.DEVICE, Setting.VIDEO, Setting.CAPTURE}) {
      set(on, 1);
    }
    set(Setting.MJPEG, 1);
    set(Setting.YUYV, 1);
    set(Setting.WIDTH, width);
    set(Setting.HEIGHT, height);
  }

  private FakeWebcam() {}
}
