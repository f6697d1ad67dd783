package dev.ovkit.video.decode;

import java.util.PriorityQueue;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a decoder from frames that nobody needs and on which no other frame depends, and counts
 * them. Not for several threads.
 */
final class FrameSkipping {

  /** More than any decoder holds back; the rest belongs to timestamps that make no sense. */
  private static final int MOST_UNSURE = 4096;

  private final AVCodecContext decoder;
  private final boolean keyFramesOnly;

  /** Whether each frame stands alone, as in MJPEG. */
  private final boolean intraOnly;

  /** The timestamps of frames that were left out, and of those that the decoder may leave out. */
  private final PriorityQueue<Long> unsure = new PriorityQueue<>();

  private long skipped;

  FrameSkipping(AVCodecContext decoder, boolean keyFramesOnly) {
    this.decoder = decoder;
    this.keyFramesOnly = keyFramesOnly;
    @Nullable AVCodecDescriptor codec = avcodec.avcodec_descriptor_get(decoder.codec_id());
    this.intraOnly = codec != null && (codec.props() & avcodec.AV_CODEC_PROP_INTRA_ONLY) != 0;
  }

  /**
   * Whether a packet is for the decoder.
   *
   * @param needed whether somebody will look at its frame
   */
  boolean admits(AVPacket packet, boolean needed) {
    boolean key = (packet.flags() & avcodec.AV_PKT_FLAG_KEY) != 0;
    if (keyFramesOnly ? !key : intraOnly && !needed) {
      leaveOut(packet.pts());
      return false;
    }
    // Only the decoder knows whether others refer to a frame.
    boolean countable = !intraOnly && !needed && packet.pts() != avutil.AV_NOPTS_VALUE;
    decoder.skip_frame(countable ? avcodec.AVDISCARD_NONREF : avcodec.AVDISCARD_DEFAULT);
    if (countable) {
      leaveOut(packet.pts());
    }
    return true;
  }

  private void leaveOut(long timestamp) {
    if (intraOnly || timestamp == avutil.AV_NOPTS_VALUE) {
      skipped++;
      return;
    }
    unsure.add(timestamp);
    if (unsure.size() > MOST_UNSURE) {
      unsure.remove();
      skipped++;
    }
  }

  /**
   * A frame was decoded: frames come in the order of their timestamps, so earlier ones will not.
   */
  void decoded(long timestamp) {
    unsure.remove(timestamp);
    while (!unsure.isEmpty() && unsure.element() < timestamp) {
      unsure.remove();
      skipped++;
    }
  }

  /** The film has ended, and no more frames come. */
  void ended() {
    skipped += unsure.size();
    unsure.clear();
  }

  /** Returns how many frames were left out before the last one that was decoded. */
  long skipped() {
    return skipped;
  }
}
