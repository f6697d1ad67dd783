package dev.ovkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service manager's datagram socket, held by Python, since Java has none. */
public final class NotifySocket implements AutoCloseable {

  private static final String LISTEN =
      """
      import socket, sys
      name = sys.argv[1]
      listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      listening.bind("\\0" + name[1:] if name.startswith("@") else name)
      print("bound", flush=True)
      while True:
          print(listening.recv(65536).decode(), flush=True)
      """;

  private final Process python;
  private final List<String> received = new CopyOnWriteArrayList<>();

  /**
   * Listens.
   *
   * @param name a path, or a name that begins with {@code @} for an abstract socket
   */
  public NotifySocket(String name) throws IOException {
    python =
        new ProcessBuilder("python3", "-c", LISTEN, name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines = python.inputReader(UTF_8);
    if (!"bound".equals(lines.readLine())) {
      throw new IOException("python3 could not listen at " + name);
    }
    Thread reader = new Thread(() -> lines.lines().forEach(received::add), "notify-socket");
    reader.setDaemon(true);
    reader.start();
  }

  /** Returns what came so far, oldest first. */
  public List<String> received() {
    return List.copyOf(received);
  }

  /** Returns how often a message came. */
  public long count(String message) {
    return received.stream().filter(message::equals).count();
  }

  /** Waits until a message has come so often; fails after half a minute. */
  public void await(String message, long times) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (count(message) < times) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "%s came %d times, not %d: %s".formatted(message, count(message), times, received));
      }
      Thread.sleep(5);
    }
  }

  @Override
  public void close() {
    python.destroy();
  }
}
