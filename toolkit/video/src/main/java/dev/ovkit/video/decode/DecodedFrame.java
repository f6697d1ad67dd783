package dev.ovkit.video.decode;

import dev.ovkit.picture.Picture;
import java.time.Duration;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/** A frame as the decoder left it, in its own pixel format. */
final class DecodedFrame extends SourceFrame {

  private @Nullable AVFrame frame;

  /** Takes the native frame over. */
  DecodedFrame(AVFrame frame, long number, Duration time) {
    super(number, time, frame.width(), frame.height());
    this.frame = frame;
  }

  @Override
  public Picture toPicture(FrameScaler scaler) {
    return scaler.picture(this);
  }

  AVFrame open() {
    AVFrame pointer = frame;
    if (pointer == null) {
      throw new IllegalStateException("the frame is closed");
    }
    return pointer;
  }

  @Override
  public void close() {
    if (frame != null) {
      avutil.av_frame_free(frame);
      frame = null;
    }
  }
}
