package dev.ovkit.video.decode;

import dev.ovkit.OptionException;
import java.time.Duration;

/**
 * How a video is read.
 *
 * @param transport how RTSP carries its packets
 * @param openTimeout the longest that opening may take, from the first packet to the first codec
 * @param readTimeout the longest that the next frame may take
 * @param threads decoding threads, 1 or 2; two decode a film faster, but delay a camera's frames
 * @param hardware whether a GPU decodes, where there is one
 * @param keyFrames whether only key frames are decoded, often one in some seconds
 */
public record ReadOptions(
    Transport transport,
    Duration openTimeout,
    Duration readTimeout,
    int threads,
    HardwareDecoding hardware,
    boolean keyFrames) {

  /** How RTSP carries its packets. */
  public enum Transport {
    TCP,
    UDP
  }

  private static final int MOST_THREADS = 2;

  public ReadOptions {
    requirePositive("open timeout", openTimeout);
    requirePositive("read timeout", readTimeout);
    if (threads < 1 || threads > MOST_THREADS) {
      throw new OptionException(
          "decoding threads: %d, expected 1 or %d".formatted(threads, MOST_THREADS));
    }
  }

  /** TCP, ten seconds for everything, one thread, no GPU, all frames. */
  public static ReadOptions defaults() {
    Duration ten = Duration.ofSeconds(10);
    return new ReadOptions(Transport.TCP, ten, ten, 1, HardwareDecoding.NONE, false);
  }

  public ReadOptions withTransport(Transport changed) {
    return new ReadOptions(changed, openTimeout, readTimeout, threads, hardware, keyFrames);
  }

  public ReadOptions withTimeouts(Duration open, Duration read) {
    return new ReadOptions(transport, open, read, threads, hardware, keyFrames);
  }

  public ReadOptions withThreads(int count) {
    return new ReadOptions(transport, openTimeout, readTimeout, count, hardware, keyFrames);
  }

  public ReadOptions withHardware(HardwareDecoding wanted) {
    return new ReadOptions(transport, openTimeout, readTimeout, threads, wanted, keyFrames);
  }

  public ReadOptions withKeyFrames(boolean only) {
    return new ReadOptions(transport, openTimeout, readTimeout, threads, hardware, only);
  }

  private static void requirePositive(String what, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new OptionException(
          "%s: %s ms, expected 1 ms to one hour".formatted(what, value.toMillis()));
    }
  }
}
