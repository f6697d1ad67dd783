package dev.ovkit.video.decode;

import dev.ovkit.OptionException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a user types for a webcam: a device, and perhaps a size and a format, as in {@code
 * /dev/video0:1280x720:yuyv}.
 *
 * @param device the device's path
 * @param width in pixels; 0 if no size was typed
 * @param height in pixels; 0 if no size was typed
 * @param format empty for MJPEG, or YUYV from a device that has no MJPEG
 */
record WebcamAddress(String device, int width, int height, Optional<Format> format) {

  /** How a webcam delivers frames, with the code that Video4Linux has for it. */
  enum Format {
    MJPEG("MJPG"),
    YUYV("YUYV");

    final int code;

    Format(String letters) {
      int number = 0;
      for (int i = 3; i >= 0; i--) {
        number = number << 8 | letters.charAt(i);
      }
      this.code = number;
    }

    /** As users and messages write it. */
    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** How the devices are called; a link under {@code v4l} has a name that stays. */
  private static final Pattern DEVICE = Pattern.compile("(?s)/dev/(?:video\\d+(?::.*)?|v4l/.+)");

  private static final Pattern PARTS =
      Pattern.compile("(?s)(.+?)(?::(\\d{1,5})x(\\d{1,5}))?(?::(mjpeg|yuyv))?");
  private static final Pattern NUMBERED = Pattern.compile("/dev/video\\d+");

  /** Whether it is a webcam that is meant. */
  static boolean isMeant(String typed) {
    return DEVICE.matcher(typed).matches();
  }

  /**
   * Takes apart what a user typed.
   *
   * @throws OptionException when something follows the device that is no size and no format
   */
  static WebcamAddress of(String typed) {
    Matcher parts = PARTS.matcher(typed);
    if (!parts.matches()) {
      throw new OptionException(
          "an empty name is no webcam; expected a device such as /dev/video0");
    }
    String device = parts.group(1);
    boolean sized = parts.group(2) != null;
    int width = sized ? Integer.parseInt(parts.group(2)) : 0;
    int height = sized ? Integer.parseInt(parts.group(3)) : 0;
    boolean unclear = isMeant(device) && device.startsWith("/dev/video") && !isNumbered(device);
    if (unclear || (sized && (width == 0 || height == 0))) {
      throw new OptionException(
          "'%s': expected a webcam such as /dev/video0, /dev/video0:1280x720, or either with :mjpeg or :yuyv behind it"
              .formatted(typed));
    }
    return new WebcamAddress(
        device,
        width,
        height,
        Optional.ofNullable(parts.group(4))
            .map(word -> Format.valueOf(word.toUpperCase(java.util.Locale.ROOT))));
  }

  private static boolean isNumbered(String device) {
    return NUMBERED.matcher(device).matches();
  }

  /** Whether a size was typed. */
  boolean isSized() {
    return width > 0;
  }
}
