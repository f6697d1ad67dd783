package dev.ovkit.video.decode;

import dev.ovkit.OptionException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a video comes from: a file, a camera's URL, a webcam, a folder of pictures, or standard
 * input.
 *
 * @param location the path or URL, with its password; never printed
 * @param kind what it is
 */
public record VideoSource(String location, Kind kind) {

  /** The kinds of sources. */
  public enum Kind {
    /** A video file, or one on a web server. */
    FILM,
    /** A live stream, which does not wait for its reader. */
    CAMERA,
    /** A camera of this machine, such as {@code /dev/video0}. */
    WEBCAM,
    /** A folder of pictures, shown in the order of their names. */
    SLIDES,
    /** Standard input. */
    STDIN
  }

  private static final Pattern URL = Pattern.compile("(?s)[a-zA-Z][a-zA-Z0-9+.-]+://.*");
  private static final Pattern FILM =
      Pattern.compile("(?is).*\\.(mp4|m4v|mov|mkv|webm|avi|ts)([?#].*)?");
  private static final Pattern SECRET =
      Pattern.compile("(?i)([?&;][^=&;]*(?:pass|pwd|token|key|secret|auth|sig)[^=&;]*=)[^&;#]*");
  private static final Set<String> SCHEMES =
      Set.of("rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "rtp", "srt");

  /**
   * Reads what a user types: a path, a URL, a webcam such as {@code /dev/video0:1280x720}, or
   * {@code -}.
   *
   * @throws OptionException when it is none of them
   */
  public static VideoSource of(String typed) {
    if (typed.equals("-")) {
      return new VideoSource("pipe:0", Kind.STDIN);
    }
    if (URL.matcher(typed).matches()) {
      String scheme = typed.substring(0, typed.indexOf(':')).toLowerCase(Locale.ROOT);
      if (scheme.equals("file")) {
        throw new OptionException("'%s': give the file's path without file://".formatted(typed));
      }
      if (!SCHEMES.contains(scheme)) {
        throw new OptionException(
            "'%s': cannot read %s://; expected rtsp, rtsps, rtmp, http, https, udp, rtp or srt"
                .formatted(withoutSecrets(typed), scheme));
      }
      boolean film = scheme.startsWith("http") && FILM.matcher(typed).matches();
      return new VideoSource(typed, film ? Kind.FILM : Kind.CAMERA);
    }
    if (WebcamAddress.isMeant(typed)) {
      WebcamAddress.of(typed);
      return new VideoSource(typed, Kind.WEBCAM);
    }
    try {
      Path path = Path.of(typed);
      return new VideoSource(typed, Files.isDirectory(path) ? Kind.SLIDES : Kind.FILM);
    } catch (InvalidPathException e) {
      throw new OptionException("'%s': not a path: %s".formatted(typed, e.getMessage()), e);
    }
  }

  /** Returns the source of a file or folder. */
  public static VideoSource of(Path path) {
    return new VideoSource(path.toString(), Files.isDirectory(path) ? Kind.SLIDES : Kind.FILM);
  }

  /** Whether it is live: frames that are not read in time are lost. */
  public boolean isLive() {
    return kind == Kind.CAMERA || kind == Kind.WEBCAM;
  }

  /** Whether it is reached over a network. */
  boolean isUrl() {
    return URL.matcher(location).matches();
  }

  /** Returns the scheme of a URL, in lower case; empty for a path. */
  String scheme() {
    return isUrl() ? location.substring(0, location.indexOf(':')).toLowerCase(Locale.ROOT) : "";
  }

  /** Returns its name for messages: without its password, and without what looks like one. */
  @Override
  public String toString() {
    return switch (kind) {
      case STDIN -> "standard input";
      default -> isUrl() ? withoutSecrets(location) : location;
    };
  }

  /** A password may itself have an '@': the last one before the path ends it. */
  private static String withoutSecrets(String url) {
    int authority = url.indexOf("://") + 3;
    int end = authority;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    // A password with an unescaped slash: it is better to leave out too much than too little.
    int at = url.lastIndexOf('@');
    String shown = url;
    if (at >= authority) {
      String user = url.substring(authority, at);
      int colon = user.indexOf(':');
      String kept = colon >= 0 ? user.substring(0, colon) : at < end ? user : "";
      shown =
          url.substring(0, authority) + (kept.isEmpty() ? "" : kept + "@") + url.substring(at + 1);
    }
    return SECRET.matcher(shown).replaceAll("$1***");
  }
}
