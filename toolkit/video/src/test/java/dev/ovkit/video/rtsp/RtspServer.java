package dev.ovkit.video.rtsp;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A camera that speaks RTSP, over TCP and UDP, and each time it is opened behaves in another way.
 *
 * <p>Any number of clients may watch at once; each gets the film from its beginning.
 */
public final class RtspServer implements AutoCloseable {

  /** What it does when it is opened. */
  public enum Behaviour {
    /** Plays the film again and again. */
    PLAY,
    /** Plays the film, and closes the connection. */
    CUT,
    /** Plays the film, and then sends nothing any more. */
    STALL,
    /** Plays the film, then the other one, which may have another size, and so on. */
    OTHER_FILM,
    /** Plays the film with every tenth packet left out. */
    LOSSES,
    /** Plays the film, and then sends noise without end. */
    NOISE,
    /** Plays, but with noise in all packets. */
    NOISY_PACKETS,
    /** Says that it plays, and sends nothing. */
    SEND_NOTHING,
    /** Accepts the connection and says nothing. */
    SAY_NOTHING,
    /** Answers in no known language. */
    ANSWER_NOISE,
    /** Has no such stream. */
    NOT_FOUND,
    /** Has sound, but no video. */
    SOUND_ALONE,
    /** Asks for a password in plain form, and plays if it is right. */
    ASK_BASIC,
    /** Asks for a proof of the password, and plays if it is right. */
    ASK_DIGEST
  }

  /** From the delay of one client to that of the next: no whole part of anything. */
  private static final long STEP = 618_033_989;

  static final String USER = "admin";
  static final String PASSWORD = "s3cr3t:@home";

  private final List<CodedFilm> films;
  private final Duration gap;
  private final Behaviour[] behaviours;
  private final AtomicInteger opened = new AtomicInteger();
  private final Set<RtspSession> sessions = ConcurrentHashMap.newKeySet();
  private final int port;
  private ServerSocket server;

  /** Each client gets its first frame at another moment of this time. */
  private volatile Duration spread = Duration.ZERO;

  /**
   * Begins to listen on a free port of this machine.
   *
   * @param films what it plays; the second one is for {@link Behaviour#OTHER_FILM}
   * @param gap the time between two frames; zero for as fast as they are read
   * @param behaviours of the first opening, the second, and so on; the last one stays
   */
  public RtspServer(List<CodedFilm> films, Duration gap, Behaviour... behaviours)
      throws IOException {
    this(0, films, gap, behaviours);
  }

  RtspServer(int port, List<CodedFilm> films, Duration gap, Behaviour... behaviours)
      throws IOException {
    this.films = List.copyOf(films);
    this.gap = gap;
    this.behaviours = behaviours.clone();
    this.server = listen(port);
    this.port = server.getLocalPort();
  }

  private ServerSocket listen(int wanted) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true); // connections of before the restart may still be dying
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 200);
    start("rtsp-accept", () -> accept(socket));
    return socket;
  }

  static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        if (socket.isClosed()) { // a thread that waits keeps the address open for a moment more
          client.close();
          return;
        }
        int number = opened.getAndIncrement();
        Behaviour behaviour = behaviours[Math.min(number, behaviours.length - 1)];
        Duration delay =
            spread.isZero() ? spread : Duration.ofNanos(STEP * number % spread.toNanos());
        RtspSession session = new RtspSession(client, behaviour, films, gap, delay);
        sessions.add(session);
        start(
            "rtsp-session",
            () -> {
              session.run();
              sessions.remove(session);
            });
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** Returns its address, without user name and password. */
  public String url() {
    return "rtsp://127.0.0.1:%d/stream".formatted(port);
  }

  /** Returns its address with the right user name and password. */
  public String urlWithPassword() {
    return url(USER, PASSWORD);
  }

  /** Returns its address with a user name and password, as a user types them. */
  public String url(String user, String password) {
    String escaped = password.replace(":", "%3A").replace("@", "%40");
    return "rtsp://%s:%s@127.0.0.1:%d/stream".formatted(user, escaped, port);
  }

  /** Returns how often it was opened. */
  public int openings() {
    return opened.get();
  }

  /** Returns how many clients are connected. */
  public int clients() {
    return sessions.size();
  }

  /** Goes off: nobody listens at its address any more. */
  public synchronized void goOff() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sessions.forEach(RtspSession::close);
  }

  /** Comes back at the same address. */
  public synchronized void comeBack() {
    try {
      server = listen(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    goOff();
  }

  /**
   * Plays a film until standard input ends, and first prints the address. Arguments: an AVI with
   * H.264 or HEVC, the milliseconds from frame to frame, and those over which the beginnings of its
   * clients are spread: cameras do not all send their key frames at once.
   */
  public static void main(String[] arguments) throws IOException {
    CodedFilm film = CodedFilm.read(Path.of(arguments[0]));
    Duration gap = Duration.ofMillis(Long.parseLong(arguments[1]));
    try (RtspServer server = new RtspServer(List.of(film), gap, Behaviour.PLAY)) {
      server.spread = Duration.ofMillis(Long.parseLong(arguments[2]));
      System.out.println(server.url());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
