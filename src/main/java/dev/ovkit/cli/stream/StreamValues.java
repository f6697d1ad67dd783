package dev.ovkit.cli.stream;

import dev.ovkit.OptionException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of {@code ovkit stream} as people write them, in options and in files. */
public final class StreamValues {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kmg]?)b?");
  private static final Map<String, Long> UNITS =
      Map.of("k", 1L << 10, "m", 1L << 20, "g", 1L << 30);
  private static final Pattern ADDRESS =
      Pattern.compile("(?:(?:\\[([0-9a-fA-F:.%]+)]|([^:/\\[\\]]+)):)?(\\d{1,5})");
  private static final double MOST_FPS = 1000;
  private static final int MOST_PORT = 65_535;

  /** A name has no slash, so that {@code http://host/?a=b} and {@code dir/a=b.mp4} have none. */
  private static final Pattern NAMED = Pattern.compile("(?s)([^/=?:]+)=(.+)");

  /**
   * Reads detections a second.
   *
   * @param origin what a message begins with: the option and its value, or the file and its line
   */
  public static OptionalDouble rate(String origin, String typed) {
    if (typed.equalsIgnoreCase("all")) {
      return OptionalDouble.empty();
    }
    try {
      double number = Double.parseDouble(typed);
      if (number > 0 && number <= MOST_FPS) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new OptionException(
        "%s: expected a number above 0, at most 1000, or all".formatted(origin));
  }

  /** Reads the time that a source may take. */
  public static Duration seconds(String origin, double seconds) {
    if (!(seconds >= 0.001 && seconds <= 3600)) {
      throw new OptionException("%s: expected seconds, 0.001 to 3600".formatted(origin));
    }
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  /** Reads the size of a file. */
  public static long bytes(String origin, String typed) {
    Matcher size = SIZE.matcher(typed.toLowerCase(Locale.ROOT));
    try {
      if (size.matches()) {
        long unit = UNITS.getOrDefault(size.group(2), 1L);
        long bytes = Math.multiplyExact(Long.parseLong(size.group(1)), unit);
        if (bytes > 0) {
          return bytes;
        }
      }
    } catch (ArithmeticException e) {
      // refused below
    }
    throw new OptionException(
        "%s: expected a size such as 100M, above 0 and below 8 exabytes".formatted(origin));
  }

  /** Reads where a page is served. */
  public static InetSocketAddress address(String origin, String typed) {
    Matcher address = ADDRESS.matcher(typed);
    if (!address.matches() || Integer.parseInt(address.group(3)) > MOST_PORT) {
      throw new OptionException("%s: expected a port, 0 to 65535, or HOST:PORT".formatted(origin));
    }
    String host = address.group(1) == null ? address.group(2) : address.group(1);
    return new InetSocketAddress(
        host == null ? "127.0.0.1" : host, Integer.parseInt(address.group(3)));
  }

  /** Reads a source, perhaps with {@code NAME=} before it. */
  public static StreamRequest.Source source(String typed, OptionalDouble fps) {
    Matcher named = NAMED.matcher(typed);
    return named.matches()
        ? new StreamRequest.Source(Optional.of(named.group(1)), named.group(2), fps, "")
        : new StreamRequest.Source(Optional.empty(), typed, fps, "");
  }

  private StreamValues() {}
}
