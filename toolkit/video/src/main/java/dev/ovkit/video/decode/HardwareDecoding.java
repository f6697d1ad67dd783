package dev.ovkit.video.decode;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/**
 * Decoding on an Intel GPU. What it cannot decode is decoded in software, without being asked to.
 *
 * <p>Not tested on hardware: the build's machines have no GPU.
 */
public enum HardwareDecoding {
  /** On the CPU. */
  NONE,
  /** By VAAPI, which Linux has for most GPUs. */
  VAAPI,
  /** By Intel's Quick Sync, through oneVPL. */
  QSV,
  /** By VAAPI, else by Quick Sync. */
  AUTO;

  /** What was found out about this machine, once. */
  private static final Map<HardwareDecoding, Optional<String>> COMPLAINTS =
      new EnumMap<>(HardwareDecoding.class);

  /** The ways that are tried, in this order. */
  private List<HardwareDecoding> ways() {
    return switch (this) {
      case NONE -> List.of();
      case VAAPI, QSV -> List.of(this);
      case AUTO -> List.of(VAAPI, QSV);
    };
  }

  /** Returns the first way that this machine has; empty for software. */
  public Optional<HardwareDecoding> usable() {
    return ways().stream().filter(way -> way.complaint().isEmpty()).findFirst();
  }

  /** Returns why none of its ways can be used here, in one line; empty if one can. */
  public Optional<String> complaint() {
    if (this == NONE || this == AUTO) {
      return ways().isEmpty() || usable().isPresent()
          ? Optional.empty()
          : Optional.of(
              String.join(
                  "; ", ways().stream().map(way -> way.complaint().orElseThrow()).toList()));
    }
    FfmpegLibraries.require();
    synchronized (COMPLAINTS) {
      return COMPLAINTS.computeIfAbsent(this, HardwareDecoding::tried);
    }
  }

  private static Optional<String> tried(HardwareDecoding way) {
    @Nullable AVBufferRef device = way.device();
    if (device == null) {
      return Optional.of(
          way == VAAPI
              ? "no VAAPI: /dev/dri/renderD128 or its driver (Debian: intel-media-va-driver) is missing or not allowed"
              : "no Quick Sync: no Intel GPU, or its runtime (Debian: libmfx-gen1.2) is missing");
    }
    avutil.av_buffer_unref(device);
    return Optional.empty();
  }

  private @Nullable AVBufferRef device() {
    int type = this == VAAPI ? avutil.AV_HWDEVICE_TYPE_VAAPI : avutil.AV_HWDEVICE_TYPE_QSV;
    AVBufferRef device = new AVBufferRef(null);
    int error = avutil.av_hwdevice_ctx_create(device, type, (String) null, (AVDictionary) null, 0);
    return error < 0 ? null : device;
  }

  /** Returns the decoder that it has for a codec; null for the usual one. */
  @Nullable AVCodec decoder(String codec) {
    return this == QSV ? avcodec.avcodec_find_decoder_by_name(codec + "_qsv") : null;
  }

  /**
   * Lets a decoder use the GPU. Where it cannot decode a stream, VAAPI's takes the CPU by itself.
   */
  void prepare(AVCodecContext opening) {
    if (this == VAAPI) {
      @Nullable AVBufferRef device = device();
      if (device != null) {
        opening.hw_device_ctx(device); // which the decoder frees
      }
    }
  }
}
