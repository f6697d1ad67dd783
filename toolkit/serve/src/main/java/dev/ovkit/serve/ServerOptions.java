package dev.ovkit.serve;

import dev.ovkit.OptionException;
import dev.ovkit.machine.Processors;
import dev.ovkit.serve.access.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a server listens and whom it answers.
 *
 * @param address where it listens; port 0 stands for one that is free
 * @param socket one that is open already, at that address; empty for one of its own
 * @param grpcPort a port of the same address for gRPC alone, which is answered at the first one,
 *     too; 0 stands for one that is free
 * @param tokens a file of lines {@code NAME=TOKEN}; empty if clients need none
 * @param tls its certificate; empty for cleartext
 * @param insecure whether it may listen on other addresses than this machine's own without either
 * @param workers the pictures of all models that are looked at at once
 * @param grace how long requests may take to be answered after {@link DetectionServer#close}
 * @param limits what a client may take
 */
public record ServerOptions(
    InetSocketAddress address,
    Optional<ServerSocketChannel> socket,
    OptionalInt grpcPort,
    Optional<Path> tokens,
    Optional<TlsFiles> tls,
    boolean insecure,
    int workers,
    Duration grace,
    ServerLimits limits) {

  public static final int DEFAULT_PORT = 8080;

  public ServerOptions {
    int most = Processors.here().allowed().size();
    if (workers < 1 || workers > most) {
      throw new OptionException(
          "workers: %d, expected 1 to %d, the processors that this process may use"
              .formatted(workers, most));
    }
    if (grace.isNegative()) {
      throw new OptionException("grace: %s, expected 0 or more".formatted(grace));
    }
  }

  /** This machine only, port 8080, without tokens and TLS, a worker for each processor. */
  public static ServerOptions defaults() {
    return new ServerOptions(
        new InetSocketAddress("127.0.0.1", DEFAULT_PORT),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Processors.here().throughputThreads(),
        Duration.ofSeconds(25),
        ServerLimits.defaults());
  }

  public ServerOptions withAddress(InetSocketAddress changed) {
    return new ServerOptions(
        changed, Optional.empty(), grpcPort, tokens, tls, insecure, workers, grace, limits);
  }

  /**
   * Takes a socket that is open already, such as one of systemd: connections wait in it while the
   * server starts again. The server closes it.
   *
   * @throws OptionException if it is not bound to an address of the Internet Protocol
   */
  public ServerOptions withSocket(ServerSocketChannel open) {
    return new ServerOptions(
        addressOf(open),
        Optional.of(open),
        grpcPort,
        tokens,
        tls,
        insecure,
        workers,
        grace,
        limits);
  }

  private static InetSocketAddress addressOf(ServerSocketChannel open) {
    try {
      if (open.getLocalAddress() instanceof InetSocketAddress address) {
        return address;
      }
    } catch (IOException e) {
      throw new OptionException("the given socket is not open: " + e.getMessage(), e);
    }
    throw new OptionException("the given socket is not bound to an address and a port");
  }

  public ServerOptions withPort(int port) {
    return withAddress(new InetSocketAddress(address.getHostString(), port));
  }

  public ServerOptions withGrpcPort(int port) {
    return new ServerOptions(
        address, socket, OptionalInt.of(port), tokens, tls, insecure, workers, grace, limits);
  }

  public ServerOptions withTokens(Path file) {
    return new ServerOptions(
        address, socket, grpcPort, Optional.of(file), tls, insecure, workers, grace, limits);
  }

  public ServerOptions withTls(TlsFiles files) {
    return new ServerOptions(
        address, socket, grpcPort, tokens, Optional.of(files), insecure, workers, grace, limits);
  }

  public ServerOptions withInsecure(boolean allowed) {
    return new ServerOptions(
        address, socket, grpcPort, tokens, tls, allowed, workers, grace, limits);
  }

  public ServerOptions withWorkers(int count) {
    return new ServerOptions(
        address, socket, grpcPort, tokens, tls, insecure, count, grace, limits);
  }

  public ServerOptions withGrace(Duration longest) {
    return new ServerOptions(
        address, socket, grpcPort, tokens, tls, insecure, workers, longest, limits);
  }

  public ServerOptions withLimits(ServerLimits changed) {
    return new ServerOptions(
        address, socket, grpcPort, tokens, tls, insecure, workers, grace, changed);
  }
}
