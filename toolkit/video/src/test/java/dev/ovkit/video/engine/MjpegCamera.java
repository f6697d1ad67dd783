package dev.ovkit.video.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.TestFilms;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A camera that sends JPEG pictures over HTTP, and each time it is opened behaves in another way.
 */
final class MjpegCamera implements AutoCloseable {

  /** What it does when it is opened. */
  enum Behaviour {
    PLAY,
    /** Plays, and closes the connection. */
    CUT,
    /** Plays, and then says nothing any more. */
    STALL,
    OTHER_SIZE,
    REFUSE,
    SAY_NOTHING,
    GARBAGE
  }

  private static final int FRAMES = 30;

  private final Behaviour[] behaviours;
  private final ServerSocket server;
  private final AtomicInteger opened = new AtomicInteger();
  private final byte[][] small = jpegs(160, 120);
  private final byte[][] large = jpegs(320, 240);

  /** The last behaviour is that of all later openings too. */
  MjpegCamera(Behaviour... behaviours) throws IOException {
    this.behaviours = behaviours.clone();
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::serve);
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "test-camera");
    thread.setDaemon(true);
    thread.start();
  }

  private static byte[][] jpegs(int width, int height) {
    byte[][] jpegs = new byte[FRAMES][];
    for (int i = 0; i < FRAMES; i++) {
      try (Picture picture = TestFilms.picture(width, height, i)) {
        jpegs[i] = picture.toJpeg();
      }
    }
    return jpegs;
  }

  String url() {
    return "http://127.0.0.1:%d/video".formatted(server.getLocalPort());
  }

  int openings() {
    return opened.get();
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        int number = Math.min(opened.getAndIncrement(), behaviours.length - 1);
        start(() -> answer(client, behaviours[number]));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void answer(Socket client, Behaviour behaviour) {
    try (client) {
      OutputStream out = client.getOutputStream();
      switch (behaviour) {
        case REFUSE ->
            out.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
        case SAY_NOTHING -> untilClosed(client);
        case GARBAGE -> out.write("\u0001\u0002 what?\r\n\r\n".repeat(50).getBytes(US_ASCII));
        case CUT -> {
          begin(out);
          play(out, small);
        }
        case OTHER_SIZE -> {
          begin(out);
          play(out, large);
        }
        case STALL -> {
          begin(out);
          play(out, small);
          untilClosed(client);
        }
        case PLAY -> {
          begin(out);
          while (true) {
            play(out, small);
          }
        }
      }
    } catch (IOException e) {
      // the reader has gone
    }
  }

  private static void untilClosed(Socket client) throws IOException {
    while (client.getInputStream().read() >= 0) {
      // the request, and then the end
    }
  }

  private static void begin(OutputStream out) throws IOException {
    out.write(
        "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
            .getBytes(US_ASCII));
  }

  private static void play(OutputStream out, byte[][] jpegs) throws IOException {
    for (byte[] jpeg : jpegs) {
      out.write(
          "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
              .formatted(jpeg.length)
              .getBytes(US_ASCII));
      out.write(jpeg);
      out.write("\r\n".getBytes(US_ASCII));
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
