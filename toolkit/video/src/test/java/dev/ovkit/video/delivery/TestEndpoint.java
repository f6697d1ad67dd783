package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;

/** An HTTP endpoint of this machine that notes what it gets. */
public final class TestEndpoint implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> ids = new ArrayList<>();
  private final List<Map<String, Object>> events = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private final IntUnaryOperator status;
  private int requests;

  /**
   * Begins to serve.
   *
   * @param port 0 for a free one
   * @param status what it answers to the request of a number, from 0
   */
  public TestEndpoint(int port, IntUnaryOperator status) throws IOException {
    this.status = status;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      int answer;
      synchronized (this) {
        answer = status.applyAsInt(requests++);
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (answer / 100 == 2) {
          for (Object event : (List<?>) JSON.std.mapFrom(body).get("events")) {
            @SuppressWarnings("unchecked")
            Map<String, Object> object = (Map<String, Object>) event;
            events.add(object);
            ids.add(String.valueOf(object.get("id")));
          }
        }
        notifyAll();
      }
      exchange.getResponseHeaders().set("Retry-After", "7");
      exchange.sendResponseHeaders(answer, -1);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port() + "/hook?key=inTheAddress";
  }

  /** Waits until it has so many events, with repeats. */
  public synchronized List<String> await(int count) throws InterruptedException {
    while (ids.size() < count) {
      wait();
    }
    return List.copyOf(ids);
  }

  public synchronized void awaitRequests(int count) throws InterruptedException {
    while (requests < count) {
      wait();
    }
  }

  public synchronized List<String> ids() {
    return List.copyOf(ids);
  }

  public synchronized List<Map<String, Object>> events() {
    return List.copyOf(events);
  }

  public synchronized List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
