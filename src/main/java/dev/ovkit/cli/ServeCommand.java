package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.cli.option.AccessOptions;
import dev.ovkit.cli.option.ComputeOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.option.OnnxCache;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.option.ThresholdOptions;
import dev.ovkit.cli.serve.ServeProgram;
import dev.ovkit.cli.serve.ServeRequest;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Tuning;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ovkit serve}: its options; what it does is another module's, {@link ServeProgram}. */
@Command(
    name = "serve",
    customSynopsis = "ovkit serve [OPTIONS] MODEL...",
    description = {
      "Answers pictures with what is on them, by HTTP and gRPC.",
      "",
      "A model is an IR, a folder of IRs, a folder of versions (parts/1, parts/2), or an installed"
          + " or unpacked bundle; NAME=MODEL names it. Models that are added, replaced or removed"
          + " while it runs are so in the server: a new one is tried in a separate process first,"
          + " and if it is refused the old one stays. In a bundle the default is the bundle's"
          + " model. POST a picture to /v1/models/NAME/detect, or use the Open Inference Protocol"
          + " at /v2 or by gRPC. Only this machine is answered unless --host says otherwise. Metrics"
          + " are at /metrics, all addresses at /openapi.json. Each request is printed as a JSON"
          + " line. SIGTERM or Ctrl-C ends it in good order; the exit code is then 0."
    },
    footer = {
      "  ovkit serve model.xml",
      "  ovkit serve parts=model.xml --host 0.0.0.0 --token-file tokens.txt",
      "  ovkit serve models/ --weight parts=3"
    })
final class ServeCommand implements Callable<Integer> {

  /** A name has no slash, so that {@code dir/a=b.xml} has none. */
  private static final Pattern NAMED = Pattern.compile("([^/=]+)=(.+)");

  private static final Pattern WEIGHT = Pattern.compile("([^/=]+)=([1-9]\\d{0,2})");
  private static final int MOST_WEIGHT = 100;
  private static final int MOST_PORT = 65_535;
  private static final int MIB = 1 << 20;
  private static final int MEGAPIXEL = 1_000_000;
  private static final int LONGEST_ANSWER = 3600;

  /** Less than {@link Termination} waits. */
  private static final int LONGEST_GRACE = 45;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL",
      description = "The models: IRs (.xml) or folders of them, each perhaps as NAME=MODEL.")
  private List<String> typed = List.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Where to listen; 0: any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description =
          "One more port, for gRPC alone, as servers of KServe have 8081; 0: any free port. Default:"
              + " none, as --port answers gRPC too.")
  private @Nullable Integer grpcPort;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on; 0.0.0.0 for all. Other machines need --token-file, --cert or"
              + " --insecure. Default: ${DEFAULT-VALUE}, this machine only.")
  private String host;

  @Mixin private AccessOptions access;

  @Mixin private ThresholdOptions thresholds;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      defaultValue = "25",
      description = "How long accepted requests may take after SIGTERM. Default: ${DEFAULT-VALUE}.")
  private double grace;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "The longest time to an answer; what would take longer is refused at once. Default:"
              + " ${DEFAULT-VALUE}.")
  private double timeout;

  @Option(
      names = "--weight",
      paramLabel = "NAME=N",
      description =
          "When several models have pictures waiting, give the model NAME N times the share of the"
              + " others, up to 100. Can be repeated.")
  private List<String> weights = List.of();

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(names = "--no-log", description = "Do not print requests.")
  private boolean noLog;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Pictures of all models that are looked at at once. Default: one for each processor.")
  private @Nullable Integer workers;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--max-body",
      paramLabel = "MIB",
      description = "The largest request, in MiB. Default: 32.")
  private @Nullable Integer body;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--max-pixels",
      paramLabel = "MP",
      description = "The largest picture, in megapixels, at most 100. Default: 50.")
  private @Nullable Integer pixels;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--max-queue",
      paramLabel = "N",
      description = "The most pictures that wait. Default: 64.")
  private @Nullable Integer queue;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "The most connections at once. Default: 1000.")
  private @Nullable Integer connections;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "The most requests for detection a second by one client, which is a token or an address."
              + " Default: any number.")
  private @Nullable Integer rate;

  @Mixin private ComputeOptions compute;

  @Mixin private ProfileOptions profile;

  @Override
  public Integer call() {
    ServeRequest request = request();
    ServeProgram program = ServeProgram.load();
    try (Termination termination = new Termination(program::stop)) {
      int exitCode = program.run(request, spec.commandLine().getOut(), spec.commandLine().getErr());
      termination.finished(exitCode);
      return exitCode;
    }
  }

  private ServeRequest request() {
    List<ServeRequest.Model> models = models();
    requirePort("--port", port);
    if (grpcPort != null) {
      requirePort("--grpc-port", grpcPort);
    }
    return new ServeRequest(
        models,
        new ModelOpener(),
        weights(),
        new InetSocketAddress(host, port),
        grpcPort == null ? OptionalInt.empty() : OptionalInt.of(grpcPort),
        access.access(),
        limit("--workers", workers, 1),
        seconds("--grace", grace, LONGEST_GRACE),
        new ServeRequest.Bounds(
            limit("--max-body", body, MIB),
            limit("--max-pixels", pixels, MEGAPIXEL),
            limit("--max-queue", queue, 1),
            limit("--max-connections", connections, 1),
            limit("--rate", rate, 1),
            Optional.of(seconds("--timeout", timeout, LONGEST_ANSWER))),
        !noLog);
  }

  private void requirePort(String option, int number) {
    if (number < 0 || number > MOST_PORT) {
      throw usage("%s %d: expected 0 to 65535".formatted(option, number));
    }
  }

  /** In a bundle the default is the bundle's model. */
  private List<ServeRequest.Model> models() {
    if (!typed.isEmpty()) {
      return typed.stream().map(this::model).toList();
    }
    String bundle = System.getProperty("ovkit.bundle.dir");
    if (bundle == null) {
      throw usage("no model was given; expected MODEL.xml, a folder of models, or NAME=MODEL.xml");
    }
    return List.of(new ServeRequest.Model(Optional.empty(), Path.of(bundle)));
  }

  private ServeRequest.Model model(String argument) {
    Matcher named = NAMED.matcher(argument);
    boolean given = named.matches();
    Path path = Path.of(given ? named.group(2) : argument);
    Path ir = OnnxCache.ir(path, "", spec.commandLine().getErr());
    return new ServeRequest.Model(given ? Optional.of(named.group(1)) : Optional.empty(), ir);
  }

  private Map<String, Integer> weights() {
    Map<String, Integer> all = new HashMap<>();
    for (String one : weights) {
      Matcher weight = WEIGHT.matcher(one);
      if (!weight.matches() || Integer.parseInt(weight.group(2)) > MOST_WEIGHT) {
        throw usage(
            "--weight %s: expected NAME=N, with N from 1 to %d".formatted(one, MOST_WEIGHT));
      }
      if (all.put(weight.group(1), Integer.parseInt(weight.group(2))) != null) {
        throw usage("--weight %s: given twice".formatted(weight.group(1)));
      }
    }
    return all;
  }

  /** What is given here, then the profile, then the defaults. */
  private final class ModelOpener implements ServeRequest.ModelOpening {
    @Override
    public DetectorOptions of(Path ir, CompileOptions.Hint hint) {
      return opening(ir, hint);
    }

    @Override
    public void require(Path ir) {
      ForeignIr.require(ir, spec.commandLine().getErr());
    }
  }

  private DetectorOptions opening(Path ir, CompileOptions.Hint hint) {
    DetectorOptions options =
        profile
            .find(ir, hint)
            .map(ProfileOptions.Used::tuning)
            .map(tuning -> compute.hasThreads() ? tuning.withoutThreads() : tuning)
            .orElseGet(() -> Tuning.defaults(hint))
            .options(ir);
    return options
        .withCompile(compute.applyTo(options.compile()))
        .withDetect(thresholds.applyTo(DetectOptions.defaults()));
  }

  private OptionalInt limit(String option, @Nullable Integer value, int unit) {
    if (value == null) {
      return OptionalInt.empty();
    }
    int number = Limits.positive(spec, option, value);
    if (number > Integer.MAX_VALUE / unit / 2) {
      throw usage("%s %d: expected less".formatted(option, number));
    }
    return OptionalInt.of(number * unit);
  }

  private Duration seconds(String option, double value, int most) {
    if (!(value >= 0.001 && value <= most)) {
      throw usage("%s %s: expected seconds, 0.001 to %d".formatted(option, value, most));
    }
    return Duration.ofMillis(Math.round(value * 1000));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
