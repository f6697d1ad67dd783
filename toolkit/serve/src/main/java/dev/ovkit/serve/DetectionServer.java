package dev.ovkit.serve;

import dev.ovkit.OptionException;
import dev.ovkit.serve.access.AccessTokens;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.serve.model.ModelPool;
import dev.ovkit.serve.model.ModelWatch;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.model.WatchedModels;
import dev.ovkit.serve.model.WorkQueue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Answers pictures with what is on them, by HTTP and gRPC.
 *
 * <pre>{@code
 * ServedModel parts = ServedModel.of(Path.of("parts.xml"));
 * try (DetectionServer server = DetectionServer.start(ServerOptions.defaults(), parts)) {
 *   System.out.println(server.url() + "/v1/models/parts/detect");
 *   server.await();
 * }
 * }</pre>
 *
 * <p>It may be closed by any thread: it answers what it has accepted, and refuses what comes later.
 */
public final class DetectionServer implements AutoCloseable {

  private static final int THREADS = 16;

  private final ServerOptions options;
  private final ServerContext context;
  private final Server jetty;
  private final ServerConnector connector;
  private final Optional<ServerConnector> grpc;
  private final Optional<CertificateWatch> certificates;
  private final SlowConnections slow;
  private volatile int port;
  private volatile OptionalInt grpcPort = OptionalInt.empty();
  private volatile Optional<ModelWatch> watch = Optional.empty();
  private final CountDownLatch closed = new CountDownLatch(1);

  private DetectionServer(
      ServerOptions options, List<ServedModel> models, ServerListener listener) {
    this.options = options;
    boolean loopback = requireSafe(options);
    Optional<AccessTokens> tokens = options.tokens().map(AccessTokens::read);
    if (!loopback && options.tls().isEmpty()) {
      listener.noticed(
          "requests, with their tokens and pictures, cross the network in cleartext; --cert and"
              + " --key encrypt them");
    }
    ServerMetrics metrics = new ServerMetrics();
    BodyBudget budget = new BodyBudget(options.limits().bodies());
    metrics.gauge(
        "ovkit_bodies_bytes",
        "Memory that requests' bodies take now.",
        () -> (int) Math.min(Integer.MAX_VALUE, budget.taken()));
    ModelPool pool = new ModelPool(models, options.workers(), metrics);
    Optional<SslContextFactory.Server> tls = options.tls().map(Connectors::tls);
    context =
        new ServerContext(
            options.limits(),
            pool,
            new WorkQueue(options.workers(), options.limits().queue(), metrics),
            budget,
            metrics,
            listener,
            new AtomicBoolean());
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("ovkit-http");
    threads.setDaemon(true);
    jetty = new Server(threads);
    connector = Connectors.of(jetty, options, tls);
    grpc =
        options.grpcPort().isEmpty()
            ? Optional.empty()
            : Optional.of(Connectors.grpc(jetty, options, options.grpcPort().getAsInt(), tls));
    jetty.addConnector(connector);
    grpc.ifPresent(jetty::addConnector);
    jetty.addBean(new NetworkConnectionLimit(options.limits().connections(), jetty));
    slow = new SlowConnections(options.limits().receive());
    connector.addBean(slow);
    grpc.ifPresent(second -> second.addBean(slow));
    jetty.setHandler(new GracefulHandler(new RequestGate(context, tokens, loopback)));
    jetty.setErrorHandler(new JsonErrors());
    jetty.setStopTimeout(Math.max(1, options.grace().toMillis()));
    certificates =
        tls.map(factory -> new CertificateWatch(options.tls().orElseThrow(), factory, listener));
  }

  /**
   * Begins to listen, loads and tests the models, and returns when the server is ready. Until then
   * it says that it lives, but that it is not ready.
   *
   * @throws OptionException if the address cannot be used, or is not safe
   * @throws dev.ovkit.OvkitException if a model cannot be served
   */
  public static DetectionServer start(ServerOptions options, ServedModel... models) {
    return start(options, List.of(models), ServerListener.NONE);
  }

  /** Begins as the shorter method does; the listener hears of all that is answered. */
  public static DetectionServer start(
      ServerOptions options, List<ServedModel> models, ServerListener listener) {
    DetectionServer server = new DetectionServer(options, models, listener);
    try {
      server.listen();
      server
          .context
          .models()
          .load(
              model ->
                  listener.noticed(
                      "%s, version %s: ready".formatted(model.name(), model.version())));
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Begins as the other methods do, and then follows the files of the models: what is added,
   * replaced or removed is so in the server, too.
   */
  public static DetectionServer start(
      ServerOptions options, WatchedModels models, ServerListener listener) {
    ModelWatch.Begin begin = ModelWatch.Begin.of(models);
    DetectionServer server = start(options, begin.models(), listener);
    server.watch =
        Optional.of(
            begin.follow(
                server.context.models(),
                server.context.metrics(),
                listener::noticed,
                failure -> listener.failed("", failure)));
    return server;
  }

  /** Returns whether only this machine can reach the server. */
  private static boolean requireSafe(ServerOptions options) {
    InetSocketAddress address = options.address();
    if (address.isUnresolved()) {
      throw new OptionException("%s: there is no such host".formatted(address.getHostString()));
    }
    boolean loopback = address.getAddress().isLoopbackAddress();
    if (!loopback && options.tokens().isEmpty() && options.tls().isEmpty() && !options.insecure()) {
      throw new OptionException(
          "%s: other machines could use this server without being known; give --token-file FILE, or --cert and --key, or --insecure if something else keeps them out"
              .formatted(address.getHostString()));
    }
    return loopback;
  }

  private void listen() {
    if (options.socket().isPresent()) {
      take(options.socket().get());
    } else {
      open(connector, "--port");
    }
    grpc.ifPresent(second -> open(second, "--grpc-port"));
    try {
      jetty.start();
    } catch (Exception e) { // Jetty declares no less
      throw new OptionException("the server cannot begin: " + reason(e), e);
    }
    port = connector.getLocalPort(); // Jetty forgets it at the end
    grpcPort = grpc.map(second -> OptionalInt.of(second.getLocalPort())).orElse(grpcPort);
  }

  private void take(ServerSocketChannel socket) {
    try {
      connector.open(socket);
    } catch (IOException e) {
      throw new OptionException("the given socket cannot be used: " + reason(e), e);
    }
  }

  private void open(ServerConnector connector, String option) {
    try {
      connector.open();
    } catch (IOException e) {
      throw new OptionException(
          "port %d of %s cannot be used (%s); give another one with %s"
              .formatted(connector.getPort(), options.address().getHostString(), reason(e), option),
          e);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Returns whether every model is loaded and tested, and the server is not shutting down. */
  public boolean isReady() {
    return context.ready();
  }

  /** Returns the port that it listens at, or did. */
  public int port() {
    return port;
  }

  /** Returns the port that is for gRPC alone, if there is one. */
  public OptionalInt grpcPort() {
    return grpcPort;
  }

  /** Returns where it is, without a path. */
  public String url() {
    return (options.tls().isPresent() ? "https://" : "http://") + authority(port());
  }

  /** Returns where gRPC alone is, as clients of gRPC take it, if there is such a port. */
  public Optional<String> grpcTarget() {
    return grpcPort.isEmpty() ? Optional.empty() : Optional.of(authority(grpcPort.getAsInt()));
  }

  private String authority(int port) {
    String host = options.address().getHostString();
    return "%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
  }

  /** Waits until it is closed. */
  public void await() throws InterruptedException {
    closed.await();
  }

  /** Returns the work that waits; for tests. */
  WorkQueue queue() {
    return context.queue();
  }

  /** Takes new certificates now, if their files have changed. */
  void checkCertificates() {
    certificates.ifPresent(CertificateWatch::check);
  }

  /** Looks at the files of the models now. */
  void checkModels() {
    watch.ifPresent(ModelWatch::check);
  }

  /** Returns the versions that are open, those included that answer their last requests. */
  int openModels() {
    return context.models().openCount();
  }

  /**
   * Says that it is not ready, answers what it has accepted, for as long as the options allow, and
   * ends. A second close waits for the first.
   */
  @Override
  public void close() {
    if (!context.draining().compareAndSet(false, true)) {
      waitForClose();
      return;
    }
    watch.ifPresent(ModelWatch::stop);
    try {
      jetty.stop();
    } catch (Exception e) { // Jetty declares no less
      context.listener().noticed("not everything was answered within the grace time: " + reason(e));
    } finally {
      certificates.ifPresent(CertificateWatch::close);
      slow.close();
      watch.ifPresent(ModelWatch::close);
      context.queue().close();
      context.models().close();
      jetty.destroy();
      closed.countDown();
    }
  }

  private void waitForClose() {
    try {
      if (!closed.await(options.grace().toMillis() + 60_000, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
