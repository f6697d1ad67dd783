package dev.ovkit.video.rtsp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * H.264 or HEVC in an AVI, taken apart into NAL units, which RTP carries.
 *
 * @param codec by the first unit of the film
 * @param frames the NAL units of each frame; those of a key frame begin with its parameter sets
 */
public record CodedFilm(Codec codec, List<List<byte[]>> frames) {

  /** What differs between the two: RFC 6184 and RFC 7798. */
  enum Codec {
    H264(1, 28),
    HEVC(2, 49);

    /** Bytes at the beginning of a unit, in which its type is. */
    final int header;

    /** The type of a packet that holds a part of a unit. */
    final int fragment;

    Codec(int header, int fragment) {
      this.header = header;
      this.fragment = fragment;
    }

    int type(byte[] unit) {
      return this == H264 ? unit[0] & 0x1f : unit[0] >> 1 & 0x3f;
    }

    /** Returns the first byte of a unit with another type. */
    int withType(byte first, int type) {
      return this == H264 ? (first & 0xe0) | type : (first & 0x81) | (type << 1);
    }
  }

  /** The first two bytes of the parameters with which HEVC begins; in H.264 they mean nothing. */
  private static final int HEVC_PARAMETERS = 0x4001;

  private static final int CHUNK_HEADER = 8;

  public CodedFilm {
    frames = List.copyOf(frames);
  }

  /** Reads an AVI with start codes, as {@code FilmWriter} writes H.264. */
  public static CodedFilm read(Path avi) throws IOException {
    byte[] bytes = Files.readAllBytes(avi);
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<List<byte[]>> frames = new ArrayList<>();
    int at = find(bytes, "movi") + 4;
    while (at + CHUNK_HEADER <= bytes.length) {
      int size = file.getInt(at + 4);
      boolean video = bytes[at + 2] == 'd' && (bytes[at + 3] == 'c' || bytes[at + 3] == 'b');
      if (video && size > 0) {
        frames.add(units(Arrays.copyOfRange(bytes, at + CHUNK_HEADER, at + CHUNK_HEADER + size)));
      } else if (!video) {
        break; // the index
      }
      at += CHUNK_HEADER + size + (size & 1);
    }
    if (frames.isEmpty()) {
      throw new IOException(
          "'%s': no frames in it; expected an AVI with H.264 or HEVC".formatted(avi));
    }
    byte[] first = frames.get(0).get(0);
    boolean hevc = ByteBuffer.wrap(first).getShort() == HEVC_PARAMETERS;
    return new CodedFilm(hevc ? Codec.HEVC : Codec.H264, frames);
  }

  private static int find(byte[] bytes, String word) throws IOException {
    for (int i = 0; i + 4 <= bytes.length; i++) {
      boolean same = true;
      for (int k = 0; k < 4; k++) {
        same &= bytes[i + k] == word.charAt(k);
      }
      if (same) {
        return i;
      }
    }
    throw new IOException("no AVI: there is no '%s' in it".formatted(word));
  }

  /** Splits at 00 00 01; a zero before it belongs to the start code. */
  private static List<byte[]> units(byte[] bytes) {
    List<byte[]> units = new ArrayList<>();
    int start = -1;
    for (int i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
        if (start >= 0) {
          units.add(trimmed(bytes, start, i));
        }
        start = i + 3;
      }
    }
    units.add(trimmed(bytes, Math.max(start, 0), bytes.length));
    return units;
  }

  private static byte[] trimmed(byte[] bytes, int from, int to) {
    int end = to;
    while (end > from && bytes[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOfRange(bytes, from, end);
  }

  private String first(int type) {
    return frames.stream()
        .flatMap(List::stream)
        .filter(unit -> codec.type(unit) == type)
        .findFirst()
        .map(Base64.getEncoder()::encodeToString)
        .orElseThrow(() -> new IllegalStateException("no NAL unit of type " + type));
  }

  /** Returns how a session's description names the codec, with its parameter sets. */
  String description() {
    return switch (codec) {
      case H264 ->
          """
          a=rtpmap:96 H264/90000
          a=fmtp:96 packetization-mode=1;sprop-parameter-sets=%s,%s
          """
              .formatted(first(7), first(8));
      case HEVC ->
          """
          a=rtpmap:96 H265/90000
          a=fmtp:96 sprop-vps=%s;sprop-sps=%s;sprop-pps=%s
          """
              .formatted(first(32), first(33), first(34));
    };
  }
}
