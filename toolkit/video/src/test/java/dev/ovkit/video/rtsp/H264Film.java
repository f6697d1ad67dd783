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
 * H.264 in an AVI, taken apart into NAL units, which RTP carries.
 *
 * @param frames the NAL units of each frame; those of a key frame begin with its parameter sets
 */
public record H264Film(List<List<byte[]>> frames) {

  private static final int SEQUENCE_PARAMETERS = 7;
  private static final int PICTURE_PARAMETERS = 8;
  private static final int CHUNK_HEADER = 8;

  public H264Film {
    frames = List.copyOf(frames);
  }

  /** Reads an AVI with H.264 in start code form, as {@code FilmWriter} writes it. */
  public static H264Film read(Path avi) throws IOException {
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
      throw new IOException("'%s': no frames in it; expected an AVI with H.264".formatted(avi));
    }
    return new H264Film(frames);
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

  private byte[] first(int type) {
    return frames.stream()
        .flatMap(List::stream)
        .filter(unit -> (unit[0] & 0x1f) == type)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no NAL unit of type " + type));
  }

  /** Returns the parameter sets as a session's description has them. */
  String parameterSets() {
    Base64.Encoder base64 = Base64.getEncoder();
    return base64.encodeToString(first(SEQUENCE_PARAMETERS))
        + ","
        + base64.encodeToString(first(PICTURE_PARAMETERS));
  }
}
