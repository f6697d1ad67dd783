package dev.ovkit.cli.server;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.serve.ServeProgram;
import dev.ovkit.cli.serve.ServeRequest;
import dev.ovkit.serve.DetectionServer;
import dev.ovkit.serve.ServerLimits;
import dev.ovkit.serve.ServerOptions;
import dev.ovkit.serve.access.TlsFiles;
import dev.ovkit.serve.model.ModelFiles;
import dev.ovkit.serve.model.ModelPlace;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.model.WatchedModels;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.watch.ServiceManager;
import java.io.PrintWriter;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** Serves as {@code ovkit serve} is asked to. */
public final class ServerProgram implements ServeProgram {

  /** From one look at the models' files to the next. */
  private static final Duration PERIOD = Duration.ofSeconds(2);

  private final CountDownLatch stopped = new CountDownLatch(1);

  /** For the service loader. */
  public ServerProgram() {}

  @Override
  public void stop() {
    stopped.countDown();
  }

  @Override
  public int run(ServeRequest request, PrintWriter out, PrintWriter err) {
    ServerOptions options = options(request);
    WatchedModels models = models(request, options.workers());
    List<ModelFiles> first = models.require();
    requireNames(request.weights().keySet(), first);
    first.forEach(files -> request.opening().require(files.ir()));
    ServiceManager manager = ServiceManager.current();
    try (RequestLog log = new RequestLog(request.log(), out, err);
        DetectionServer server = DetectionServer.start(options, models, log)) {
      err.printf("ovkit: serving at %s; stop with Ctrl-C or SIGTERM%n", server.url());
      options
          .socket()
          .ifPresent(
              socket ->
                  err.println(
                      "ovkit: at the socket that systemd opened, whatever --host and --port say"));
      server.grpcTarget().ifPresent(target -> err.printf("ovkit: gRPC alone at %s%n", target));
      err.printf(
          "ovkit: try: curl --data-binary @PICTURE %s/v1/models/%s/detect%n",
          server.url(), first.get(0).name());
      manager.ready();
      stopped.await();
      manager.stopping();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
    return ExitCode.DONE;
  }

  private static WatchedModels models(ServeRequest request, int workers) {
    return new WatchedModels(
        request.models().stream().map(model -> new ModelPlace(model.path(), model.name())).toList(),
        files ->
            new ServedModel(
                files.name(),
                files.version(),
                files.ir(),
                opening(request, files.ir(), workers),
                request.weights().getOrDefault(files.name(), 1)),
        new ModelTrialProcess(),
        PERIOD);
  }

  private static void requireNames(Set<String> weighted, List<ModelFiles> models) {
    Set<String> names =
        models.stream().map(ModelFiles::name).collect(Collectors.toCollection(TreeSet::new));
    for (String name : weighted) {
      if (!names.contains(name)) {
        throw new OptionException(
            "--weight %s: there is no such model; expected one of %s"
                .formatted(name, String.join(", ", names)));
      }
    }
  }

  private static ServerOptions options(ServeRequest request) {
    ServeRequest.Access access = request.access();
    Optional<TlsFiles> tls =
        access
            .certificate()
            .map(file -> new TlsFiles(file, access.key().orElseThrow(), access.clientCa()));
    ServerOptions usual = ServerOptions.defaults();
    Optional<ServerSocketChannel> socket =
        ActivationSocket.of(
            System.getenv(), ProcessHandle.current().pid(), System::inheritedChannel);
    ServerOptions options =
        new ServerOptions(
            request.address(),
            Optional.empty(),
            request.grpcPort(),
            access.tokens(),
            tls,
            access.insecure(),
            request.workers().orElse(usual.workers()),
            request.grace(),
            limits(usual.limits(), request.limits()));
    return socket.map(options::withSocket).orElse(options);
  }

  private static ServerLimits limits(ServerLimits usual, ServeRequest.Bounds given) {
    return new ServerLimits(
        given.body().orElse(usual.body()),
        Math.max(usual.bodies(), given.body().orElse(0)),
        given.pixels().orElse((int) usual.pixels()),
        usual.pictures(),
        given.queue().orElse(usual.queue()),
        given.connections().orElse(usual.connections()),
        given.rate().orElse(usual.rate()),
        given.answer().orElse(usual.answer()),
        usual.receive(),
        usual.idle());
  }

  /** One picture at once has all threads; several have one each. */
  private static DetectorOptions opening(ServeRequest request, Path ir, int workers) {
    if (workers == 1) {
      return request.opening().of(ir, CompileOptions.Hint.LATENCY);
    }
    DetectorOptions options = request.opening().of(ir, CompileOptions.Hint.THROUGHPUT);
    return options.compile().properties().containsKey("NUM_STREAMS")
        ? options
        : options.withCompile(options.compile().withStreams(workers));
  }
}
