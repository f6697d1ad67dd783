package dev.ovkit.video.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.ovkit.OptionException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is served by HTTP at an address of this machine, to be read and never changed.
 *
 * <p>At a loopback address only requests that name this machine are answered: otherwise a page from
 * elsewhere, whose name is made to point here, could read what is served.
 */
public final class LocalPages implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int FORBIDDEN = 403;
  private static final int WRONG_METHOD = 405;
  private static final int OK = 200;
  private static final Set<String> NAMES_OF_THIS_MACHINE =
      Set.of("127.0.0.1", "localhost", "[::1]");

  private final HttpServer server;
  private final ExecutorService threads;
  private final boolean loopback;

  /**
   * Begins to serve.
   *
   * @param option what messages call it, such as {@code --metrics}
   * @param address port 0 stands for one that is free
   * @throws OptionException when the address cannot be used
   */
  public LocalPages(String option, InetSocketAddress address) {
    String shown = shown(address);
    if (address.isUnresolved()) {
      throw new OptionException("%s %s: there is no such host".formatted(option, shown));
    }
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new OptionException(
          "%s %s: the port cannot be used (%s); give another one"
              .formatted(option, shown, e.getMessage()),
          e);
    }
    loopback = address.getAddress().isLoopbackAddress();
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            work -> {
              Thread thread = new Thread(work, "ovkit-http-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.start();
  }

  private static String shown(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** Serves a path and all that begin with it. */
  public void add(String path, HttpHandler handler) {
    server.createContext(path, exchange -> answer(exchange, handler));
  }

  private void answer(HttpExchange exchange, HttpHandler handler) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (loopback && !namesThisMachine(exchange.getRequestHeaders().getFirst("Host"))) {
        exchange.sendResponseHeaders(FORBIDDEN, -1);
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(WRONG_METHOD, -1);
      } else {
        handler.handle(exchange);
      }
    }
  }

  private static boolean namesThisMachine(@Nullable String host) {
    return host != null
        && NAMES_OF_THIS_MACHINE.contains(host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT));
  }

  /** Answers with a body, which no cache keeps. */
  public static void respond(HttpExchange exchange, String type, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(OK, -1);
    } else {
      exchange.sendResponseHeaders(OK, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Returns the address that a browser opens. */
  public String url() {
    return "http://" + shown(server.getAddress());
  }

  /** Returns the port that is served. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
