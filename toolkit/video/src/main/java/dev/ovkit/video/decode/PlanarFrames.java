package dev.ovkit.video.decode;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;

/**
 * Brings decoded frames into the CPU's memory with brightness and both colours apart, which is what
 * {@link PlaneScaler} scales.
 */
final class PlanarFrames {

  /**
   * Returns a frame in memory, as planes where it was interleaved.
   *
   * @return the same frame if it is so already; otherwise another one, in place of it
   */
  static AVFrame of(AVFrame frame) {
    AVFrame local = frame;
    if (frame.hw_frames_ctx() != null && !frame.hw_frames_ctx().isNull()) {
      local = avutil.av_frame_alloc();
      int error = avutil.av_hwframe_transfer_data(local, frame, 0);
      if (error < 0) {
        avutil.av_frame_free(local);
        throw new VideoException(
            VideoException.Reason.DAMAGED,
            "a frame cannot be fetched from the GPU (%s); decode without --hwaccel"
                .formatted(Failures.text(error)));
      }
      avutil.av_frame_copy_props(local, frame);
      avutil.av_frame_free(frame);
    }
    return switch (local.format()) {
      case avutil.AV_PIX_FMT_NV12 -> apart(local, avutil.AV_PIX_FMT_YUV420P); // GPUs
      case avutil.AV_PIX_FMT_YUYV422 -> apart(local, avutil.AV_PIX_FMT_YUV422P); // webcams
      default -> local;
    };
  }

  /** The same samples at other places; nothing is scaled. */
  private static AVFrame apart(AVFrame interleaved, int format) {
    AVFrame planar = avutil.av_frame_alloc();
    planar.format(format);
    planar.width(interleaved.width());
    planar.height(interleaved.height());
    avutil.av_frame_get_buffer(planar, 0);
    SwsContext copier =
        swscale.sws_getContext(
            interleaved.width(),
            interleaved.height(),
            interleaved.format(),
            interleaved.width(),
            interleaved.height(),
            format,
            swscale.SWS_POINT,
            null,
            null,
            (DoublePointer) null);
    swscale.sws_scale(
        copier,
        interleaved.data(),
        interleaved.linesize(),
        0,
        interleaved.height(),
        planar.data(),
        planar.linesize());
    swscale.sws_freeContext(copier);
    avutil.av_frame_copy_props(planar, interleaved);
    avutil.av_frame_free(interleaved);
    return planar;
  }

  private PlanarFrames() {}
}
