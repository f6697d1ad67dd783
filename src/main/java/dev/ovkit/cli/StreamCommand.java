package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.cli.option.Choice;
import dev.ovkit.cli.option.ComputeOptions;
import dev.ovkit.cli.option.FollowOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.ModelAndSources;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.option.ThresholdOptions;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Tuning;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
import picocli.CommandLine.Spec;

/** {@code ovkit stream}: its options; what it does is another module's, {@link StreamProgram}. */
@Command(
    name = "stream",
    customSynopsis = "ovkit stream [OPTIONS] MODEL SOURCE...",
    description = {
      "Finds objects on video files and cameras: one JSON line for each frame looked at.",
      "",
      "A source is a video file, a folder of pictures, a URL (rtsp, rtmp, http, https, udp, rtp, srt), a webcam (/dev/video0), or - for standard input; NAME=SOURCE names it. A camera that fails is opened again. When there is too much to do, the newest frame of each camera wins, and the others are counted; a file waits instead. Passwords in URLs are never printed. SIGTERM or Ctrl-C ends it in good order; the exit code is then 0."
    },
    footer = {
      "  ovkit stream model.xml door=rtsp://user:password@10.0.0.7/stream1",
      "  ovkit stream model.xml film.mp4 --fps all --out boxes.mp4",
      "  ovkit stream model.xml belt.mp4 --fps all --line gate=640,720,640,0"
    })
final class StreamCommand implements Callable<Integer> {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kmg]?)b?");
  private static final Map<String, Long> UNITS =
      Map.of("k", 1L << 10, "m", 1L << 20, "g", 1L << 30);
  private static final Pattern ADDRESS =
      Pattern.compile("(?:(?:\\[([0-9a-fA-F:.%]+)]|([^:/\\[\\]]+)):)?(\\d{1,5})");
  private static final double MOST_FPS = 1000;
  private static final int MOST_PORT = 65_535;

  @Spec private CommandSpec spec;

  @Mixin private ModelAndSources named;

  @Option(
      names = "--fps",
      paramLabel = "N|all",
      defaultValue = "5",
      description =
          "Detections per second and source; all: every frame. Default: ${DEFAULT-VALUE}.")
  private String fps;

  @Option(
      names = "--weight",
      paramLabel = "NAME=N",
      description =
          "Under overload, give a source N times the share of the others. Can be repeated.")
  private List<String> weights = List.of();

  @Option(
      names = "--motion",
      description = "Skip frames on which nothing has moved, for at most 10 s at a time.")
  private boolean motion;

  @Mixin private FollowOptions follow;

  @Option(
      names = "--real-time",
      description = "Play files at their own pace, like cameras, and drop what comes too fast.")
  private boolean realTime;

  @Mixin private ThresholdOptions thresholds;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILM",
      description =
          "Write the frames looked at, with boxes, as a .mp4, .mkv, .ts or .avi; with several sources, one film each, FILM-NAME.")
  private @Nullable Path out;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(names = "--no-labels", description = "Draw boxes without class names and scores.")
  private boolean noLabels;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--jsonl",
      paramLabel = "FILE",
      description = "Write the JSON lines to a file instead of standard output.")
  private @Nullable Path jsonl;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--rotate",
      paramLabel = "SIZE",
      defaultValue = "100M",
      description = "Begin a new --jsonl file at this size. Default: ${DEFAULT-VALUE}.")
  private String rotate;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Full --jsonl files that are kept, as FILE.1 and so on. Default: ${DEFAULT-VALUE}.")
  private int keep;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--preview",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve a page with all sources, their boxes, rates and drops. Default host: 127.0.0.1, this machine only. There is no password.")
  private @Nullable String preview;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--metrics",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve metrics for Prometheus at /metrics; may be the address of --preview. Default host: 127.0.0.1.")
  private @Nullable String metrics;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(names = "--udp", description = "Receive RTSP over UDP instead of TCP.")
  private boolean udp;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "The longest wait for a source to open, and for each of its frames. Default: ${DEFAULT-VALUE}.")
  private double timeout;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--retries",
      paramLabel = "N",
      description = "Attempts to open a camera again before it is given up. Default: no end.")
  private @Nullable Integer retries;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--decode-threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decoding threads per source, 1 or 2. Default: ${DEFAULT-VALUE}.")
  private int decodeThreads;

  /** Reads a way to decode. */
  static final class HardwareChoice extends Choice<StreamRequest.Hardware> {
    HardwareChoice() {
      super(StreamRequest.Hardware.class, Map.of());
    }
  }

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--hwaccel",
      paramLabel = "WAY",
      converter = HardwareChoice.class,
      completionCandidates = HardwareChoice.class,
      description =
          "Decode on an Intel GPU: vaapi, qsv, or auto. Where it cannot, the CPU decodes. Not tested on hardware.")
  private StreamRequest.@Nullable Hardware hardware;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--keyframes",
      description =
          "Decode key frames only, of which a camera may send as few as one in some seconds: many cameras at little cost.")
  private boolean keyFrames;

  @Mixin private ComputeOptions compute;

  @Mixin private ProfileOptions profile;

  @Override
  public Integer call() {
    StreamRequest request = request();
    StreamProgram program = StreamProgram.load();
    ForeignIr.require(request.ir(), spec.commandLine().getErr());
    try (Termination termination = new Termination(program::stop)) {
      int exitCode = program.run(request, spec.commandLine().getOut(), spec.commandLine().getErr());
      termination.finished(exitCode);
      return exitCode;
    }
  }

  private StreamRequest request() {
    StreamRequest.Reading reading =
        new StreamRequest.Reading(
            udp,
            seconds(),
            retries == null
                ? OptionalInt.empty()
                : OptionalInt.of(atLeastZero("--retries", retries)),
            realTime,
            decodeThreads,
            Optional.ofNullable(hardware),
            keyFrames);
    StreamRequest.Outputs outputs =
        new StreamRequest.Outputs(
            Optional.ofNullable(jsonl),
            bytes(),
            atLeastZero("--keep", keep),
            Optional.ofNullable(out),
            !noLabels,
            address("--metrics", metrics),
            address("--preview", preview));
    Path ir = named.model();
    return new StreamRequest(
        ir,
        detectorOptions(ir),
        named.sources(),
        reading,
        rate(),
        weights,
        motion,
        follow.following(),
        outputs);
  }

  /** What is given here, then the profile, then the defaults. */
  private DetectorOptions detectorOptions(Path ir) {
    boolean one = named.sources().size() == 1;
    CompileOptions.Hint hint = one ? CompileOptions.Hint.LATENCY : CompileOptions.Hint.THROUGHPUT;
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

  private OptionalDouble rate() {
    if (fps.equalsIgnoreCase("all")) {
      return OptionalDouble.empty();
    }
    try {
      double number = Double.parseDouble(fps);
      if (number > 0 && number <= MOST_FPS) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw usage("--fps %s: expected a number above 0, at most 1000, or all".formatted(fps));
  }

  private Duration seconds() {
    if (!(timeout >= 0.001 && timeout <= 3600)) {
      throw usage("--timeout %s: expected seconds, 0.001 to 3600".formatted(timeout));
    }
    return Duration.ofMillis(Math.round(timeout * 1000));
  }

  private long bytes() {
    Matcher size = SIZE.matcher(rotate.toLowerCase(Locale.ROOT));
    try {
      if (size.matches()) {
        long unit = UNITS.getOrDefault(size.group(2), 1L);
        long bytes = Math.multiplyExact(Long.parseLong(size.group(1)), unit);
        if (bytes > 0) {
          return bytes;
        }
      }
    } catch (ArithmeticException e) {
      // refused below
    }
    throw usage(
        "--rotate %s: expected a size such as 100M, above 0 and below 8 exabytes"
            .formatted(rotate));
  }

  private Optional<InetSocketAddress> address(String option, @Nullable String typed) {
    if (typed == null) {
      return Optional.empty();
    }
    Matcher address = ADDRESS.matcher(typed);
    if (!address.matches() || Integer.parseInt(address.group(3)) > MOST_PORT) {
      throw usage("%s %s: expected a port, 0 to 65535, or HOST:PORT".formatted(option, typed));
    }
    String host = address.group(1) == null ? address.group(2) : address.group(1);
    return Optional.of(
        new InetSocketAddress(
            host == null ? "127.0.0.1" : host, Integer.parseInt(address.group(3))));
  }

  private int atLeastZero(String option, int value) {
    if (value < 0) {
      throw usage("%s %d: expected 0 or more".formatted(option, value));
    }
    return value;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
