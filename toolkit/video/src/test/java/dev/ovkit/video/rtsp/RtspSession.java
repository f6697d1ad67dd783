package dev.ovkit.video.rtsp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.video.rtsp.RtspServer.Behaviour;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection to the camera: its requests, and the packets that are sent meanwhile. */
final class RtspSession implements AutoCloseable {

  private static final Pattern UDP_PORT = Pattern.compile("client_port=(\\d+)");
  private static final Pattern QUOTED = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final String REALM = "camera";
  private static final String NONCE = "b4c0ffee";
  private static final String OK = "200 OK";
  private static final String DENIED = "401 Unauthorized";
  private static final int NOISE = 1500;

  private final Socket client;
  private final Behaviour behaviour;
  private final List<CodedFilm> films;
  private final Duration gap;
  private final Random random = new Random(7);
  private final RtpPackets packets;
  private int sent;
  private final Duration delay;
  private long dueNanos;
  private volatile boolean closed;
  private DatagramSocket udp;
  private InetSocketAddress receiver;

  /** Plays after a delay. */
  RtspSession(
      Socket client, Behaviour behaviour, List<CodedFilm> films, Duration gap, Duration delay) {
    this.client = client;
    this.behaviour = behaviour;
    this.films = films;
    this.gap = gap;
    this.delay = delay;
    this.packets = new RtpPackets(films.get(0).codec());
  }

  /** Answers requests until the client has gone. */
  void run() {
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream());
      if (behaviour == Behaviour.SAY_NOTHING) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      for (String request = read(in); request != null; request = read(in)) {
        answer(request);
      }
    } catch (IOException e) {
      // the client has gone
    } finally {
      close();
    }
  }

  /**
   * Returns the next request, or null at the end; what the client reports of the packets is
   * skipped.
   */
  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    while (!request.toString(US_ASCII).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      if (next == '$' && request.size() == 0) {
        in.skipNBytes(1);
        in.skipNBytes(256L * in.read() + in.read());
      } else {
        request.write(next);
      }
    }
    return request.toString(US_ASCII);
  }

  private void answer(String request) throws IOException {
    String method = request.substring(0, request.indexOf(' '));
    if (behaviour == Behaviour.ANSWER_NOISE) {
      noise(NOISE);
      throw new EOFException();
    }
    if (isDenied(request, method)) {
      String scheme =
          behaviour == Behaviour.ASK_BASIC
              ? "Basic realm=\"%s\"".formatted(REALM)
              : "Digest realm=\"%s\", nonce=\"%s\"".formatted(REALM, NONCE);
      reply(request, DENIED, Map.of("WWW-Authenticate", scheme), "");
      return;
    }
    switch (method) {
      case "OPTIONS" ->
          reply(
              request, OK, Map.of("Public", "DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"), "");
      case "DESCRIBE" -> {
        if (behaviour == Behaviour.NOT_FOUND) {
          reply(request, "404 Not Found", Map.of(), "");
        } else {
          reply(request, OK, Map.of("Content-Type", "application/sdp"), description());
        }
      }
      case "SETUP" -> reply(request, OK, Map.of("Transport", transport(request)), "");
      case "PLAY" -> {
        reply(request, OK, Map.of(), "");
        RtspServer.start("rtsp-play", this::play);
      }
      case "TEARDOWN" -> {
        reply(request, OK, Map.of(), "");
        throw new EOFException();
      }
      default -> reply(request, OK, Map.of(), "");
    }
  }

  private void reply(String request, String status, Map<String, String> headers, String body)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("CSeq", header(request, "CSeq"));
    all.put("Session", "1234");
    all.put("Content-Length", Integer.toString(body.length()));
    StringBuilder text = new StringBuilder("RTSP/1.0 " + status + "\r\n");
    all.forEach((key, value) -> text.append(key).append(": ").append(value).append("\r\n"));
    send(text.append("\r\n").append(body).toString().getBytes(US_ASCII));
  }

  private static String header(String request, String name) {
    return request
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT)))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private String description() {
    String media =
        behaviour == Behaviour.SOUND_ALONE
            ? "m=audio 0 RTP/AVP 0\r\n"
            : ("m=video 0 RTP/AVP 96\n" + films.get(0).description()).replace("\n", "\r\n");
    return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
        + media
        + "a=control:track1\r\n";
  }

  // ---- passwords

  private boolean isDenied(String request, String method) {
    String given = header(request, "Authorization");
    return switch (behaviour) {
      case ASK_BASIC ->
          !given.equals("Basic " + base64(RtspServer.USER + ":" + RtspServer.PASSWORD));
      case ASK_DIGEST -> !isProof(given, method);
      default -> false;
    };
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static boolean isProof(String given, String method) {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher quoted = QUOTED.matcher(given);
    while (quoted.find()) {
      fields.put(quoted.group(1), quoted.group(2));
    }
    String secret = md5("%s:%s:%s".formatted(RtspServer.USER, REALM, RtspServer.PASSWORD));
    String call = md5(method + ":" + fields.get("uri"));
    return given.startsWith("Digest ")
        && md5("%s:%s:%s".formatted(secret, NONCE, call)).equals(fields.get("response"));
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- packets

  private String transport(String request) throws IOException {
    String wanted = header(request, "Transport");
    Matcher port = UDP_PORT.matcher(wanted);
    if (!port.find()) {
      return "RTP/AVP/TCP;unicast;interleaved=0-1";
    }
    udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    receiver =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
    return "%s;server_port=%d-%d".formatted(wanted, udp.getLocalPort(), udp.getLocalPort() + 1);
  }

  private void play() {
    try {
      TimeUnit.NANOSECONDS.sleep(delay.toNanos());
      dueNanos = System.nanoTime();
      switch (behaviour) {
        case CUT -> {
          play(films.get(0));
          close();
        }
        case STALL -> play(films.get(0));
        case SEND_NOTHING -> {
          // which is what it does
        }
        case NOISE -> {
          play(films.get(0));
          while (!closed) {
            noise(NOISE);
            pause();
          }
        }
        case OTHER_FILM -> {
          while (!closed) {
            play(films.get(0));
            play(films.get(1));
          }
        }
        default -> {
          while (!closed) {
            play(films.get(0));
          }
        }
      }
    } catch (IOException e) {
      // the client has gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void play(CodedFilm film) throws IOException, InterruptedException {
    for (List<byte[]> frame : film.frames()) {
      for (byte[] packet : packets.of(frame)) {
        sent++;
        if (behaviour == Behaviour.NOISY_PACKETS) {
          byte[] noise = new byte[packet.length];
          random.nextBytes(noise);
          System.arraycopy(noise, 12, packet, 12, packet.length - 12);
        }
        if (behaviour != Behaviour.LOSSES || sent % 10 != 0) {
          sendPacket(packet);
        }
      }
      pause();
      if (closed) {
        return;
      }
    }
  }

  /** In time with the clock, so that what sending takes does not add up. */
  private void pause() throws InterruptedException {
    long now = System.nanoTime();
    dueNanos = Math.max(dueNanos + gap.toNanos(), now - gap.toNanos());
    if (dueNanos > now) {
      TimeUnit.NANOSECONDS.sleep(dueNanos - now);
    }
  }

  private void noise(int length) throws IOException {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    send(noise);
  }

  private void sendPacket(byte[] packet) throws IOException {
    if (udp != null) {
      udp.send(new DatagramPacket(packet, packet.length, receiver));
      return;
    }
    byte[] framed = new byte[4 + packet.length];
    framed[0] = '$';
    framed[2] = (byte) (packet.length >> 8);
    framed[3] = (byte) packet.length;
    System.arraycopy(packet, 0, framed, 4, packet.length);
    send(framed);
  }

  /** Answers and packets go over the same connection, each of them whole. */
  private synchronized void send(byte[] bytes) throws IOException {
    client.getOutputStream().write(bytes);
  }

  @Override
  public void close() {
    closed = true;
    try {
      client.close();
    } catch (IOException e) {
      // it is closed anyway
    }
    if (udp != null) {
      udp.close();
    }
  }
}
