package dev.ovkit.video.decode;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** FFmpeg's options for a source, in which each protocol has its own name for deadlines. */
final class ProtocolSettings {

  /**
   * A playlist from a network must not open files of this machine, nor a local one anything remote.
   */
  private static final String NETWORK =
      "rtsp,rtsps,rtp,srtp,rtmp,rtmps,rtmpt,http,https,httpproxy,tls,tcp,udp,srt,crypto,data";

  private static final String LOCAL = "file,pipe,crypto,data";

  private static final Duration SPARE = Duration.ofSeconds(1);

  static Map<String, String> of(VideoSource source, ReadOptions options) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("protocol_whitelist", source.isUrl() ? NETWORK : LOCAL);
    if (!source.isUrl()) {
      return settings;
    }
    if (source.isLive()) {
      settings.put("fpsprobesize", "0"); // a camera's rate is not worth waiting for twenty frames
    }
    // The deadline is kept by the interrupt callback; a protocol's own only helps where none is
    // asked.
    Duration longest =
        options.openTimeout().compareTo(options.readTimeout()) > 0
            ? options.openTimeout()
            : options.readTimeout();
    String micros = Long.toString(longest.plus(SPARE).toMillis() * 1000);
    switch (source.scheme()) {
      case "rtsp", "rtsps" -> {
        settings.put("rtsp_transport", options.transport().name().toLowerCase(Locale.ROOT));
        settings.put("timeout", micros);
      }
      case "http", "https" -> settings.put("rw_timeout", micros);
      case "udp", "rtp", "srt" -> settings.put("timeout", micros);
      default -> settings.put("rw_timeout", micros);
    }
    return settings;
  }

  private ProtocolSettings() {}
}
