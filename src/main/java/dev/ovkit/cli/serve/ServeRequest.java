package dev.ovkit.cli.serve;

import dev.ovkit.CompileOptions;
import dev.ovkit.vision.DetectorOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A call of {@code ovkit serve}.
 *
 * @param models as they were typed, each perhaps with {@code NAME=} before it
 * @param opening how a model is opened
 * @param weights of models by their names; 1 for the others
 * @param address where the server listens
 * @param grpcPort one more port, for gRPC alone; empty for none
 * @param access who may ask
 * @param workers pictures at once; empty for one for each processor
 * @param grace how long accepted requests may take at the end
 * @param limits what a client may take; the server chooses each empty one
 * @param log whether requests are printed
 */
public record ServeRequest(
    List<Model> models,
    ModelOpening opening,
    Map<String, Integer> weights,
    InetSocketAddress address,
    OptionalInt grpcPort,
    Access access,
    OptionalInt workers,
    Duration grace,
    Bounds limits,
    boolean log) {

  public ServeRequest {
    models = List.copyOf(models);
    weights = Map.copyOf(weights);
  }

  /**
   * A model.
   *
   * @param path an IR, or a folder of some
   */
  public record Model(Optional<String> name, Path path) {}

  /** Says how an IR is opened. */
  public interface ModelOpening {

    /** Returns its options. */
    DetectorOptions of(Path ir, CompileOptions.Hint hint);

    /**
     * Tries an IR of another program in a process of its own.
     *
     * @throws dev.ovkit.ModelException if OpenVINO does not survive it
     */
    void require(Path ir);
  }

  /**
   * Who may ask.
   *
   * @param tokens a file of them
   * @param certificate of the server; with its key, or neither is there
   * @param key of the certificate
   * @param clientCa roots of clients' certificates
   * @param insecure whether other machines may ask without any of it
   */
  public record Access(
      Optional<Path> tokens,
      Optional<Path> certificate,
      Optional<Path> key,
      Optional<Path> clientCa,
      boolean insecure) {}

  /**
   * What a client may take.
   *
   * @param body bytes of a request
   * @param pixels of a picture
   * @param queue pictures that wait
   * @param connections at once
   * @param rate requests a second for detection by one client
   * @param answer the longest time to an answer
   */
  public record Bounds(
      OptionalInt body,
      OptionalInt pixels,
      OptionalInt queue,
      OptionalInt connections,
      OptionalInt rate,
      Optional<Duration> answer) {}
}
