package dev.ovkit.video.rtsp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes the RTP packets of a stream (RFC 3550), one frame after the other. */
final class RtpPackets {

  private static final int HEADER = 12;
  private static final int VERSION_2 = 0x80;
  private static final int MARKER = 0x80;
  private static final int PAYLOAD_TYPE = 96;
  private static final int SOURCE = 0x0f1e2d3c;
  private static final int FIRST = 0x80;
  private static final int LAST = 0x40;

  /** What fits into a packet of Ethernet. */
  private static final int MOST_PAYLOAD = 1400;

  private static final int TICKS_PER_FRAME = 90_000 / 25;

  private final CodedFilm.Codec codec;
  private int sequence;
  private int timestamp;

  RtpPackets(CodedFilm.Codec codec) {
    this.codec = codec;
  }

  /** Returns the packets of a frame. */
  List<byte[]> of(List<byte[]> units) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      add(packets, units.get(i), i == units.size() - 1);
    }
    timestamp += TICKS_PER_FRAME;
    return packets;
  }

  private void add(List<byte[]> packets, byte[] unit, boolean lastOfFrame) {
    if (unit.length <= MOST_PAYLOAD) {
      packets.add(begin(unit.length, lastOfFrame).put(unit).array());
      return;
    }
    int header = codec.header;
    for (int at = header; at < unit.length; at += MOST_PAYLOAD) {
      int count = Math.min(MOST_PAYLOAD, unit.length - at);
      boolean last = at + count == unit.length;
      ByteBuffer packet = begin(header + 1 + count, last && lastOfFrame);
      packet.put((byte) codec.withType(unit[0], codec.fragment));
      packet.put(unit, 1, header - 1);
      packet.put((byte) (codec.type(unit) | (at == header ? FIRST : 0) | (last ? LAST : 0)));
      packets.add(packet.put(unit, at, count).array());
    }
  }

  private ByteBuffer begin(int payload, boolean marked) {
    return ByteBuffer.allocate(HEADER + payload)
        .put((byte) VERSION_2)
        .put((byte) ((marked ? MARKER : 0) | PAYLOAD_TYPE))
        .putShort((short) sequence++)
        .putInt(timestamp)
        .putInt(SOURCE);
  }
}
