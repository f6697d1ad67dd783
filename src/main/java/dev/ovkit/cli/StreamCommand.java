package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.cli.option.Choice;
import dev.ovkit.cli.option.ComputeOptions;
import dev.ovkit.cli.option.EventOptions;
import dev.ovkit.cli.option.FollowOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.ModelAndSources;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.option.ThresholdOptions;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.cli.stream.StreamValues;
import dev.ovkit.model.DetectOptions;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit stream}: its options; what it does is another module's, {@link StreamProgram}. */
@Command(
    name = "stream",
    customSynopsis = {
      "ovkit stream [OPTIONS] MODEL SOURCE...",
      "ovkit stream --config FILE.yaml [--check] [MODEL]"
    },
    description = {
      "Finds objects on video files and cameras, and prints one JSON line for each frame that the detector processes.",
      "",
      "A source is a video file, a folder of pictures, a URL (rtsp, rtmp, http, https, udp, rtp, srt), a webcam (/dev/video0), or - for standard input. NAME=SOURCE gives it a name. A camera that fails is opened again. If the detector is too slow for all frames, it takes the newest frame of each camera; the other frames are dropped and counted. Frames of a file are never dropped. Passwords in URLs are never printed. SIGTERM and Ctrl-C end the command in good order, with exit code 0."
    },
    footer = {
      "  ovkit stream model.xml door=rtsp://user:password@10.0.0.7/stream1",
      "  ovkit stream model.xml film.mp4 --fps all --out boxes.mp4",
      "  ovkit stream model.xml belt.mp4 --fps all --line gate=640,720,640,0",
      "  ovkit stream --config cameras.yaml --check"
    })
final class StreamCommand implements Callable<Integer> {

  /** What may be given beside a file. */
  private static final Set<String> WITH_CONFIG = Set.of("--config", "--check", "--ir");

  @Spec private CommandSpec spec;

  @Mixin private ModelAndSources named;

  @Option(
      names = "--config",
      paramLabel = "FILE.yaml",
      description =
          "Read sources, zones, lines and outputs from a file instead. SIGHUP reads it again; sources that did not change go on.")
  private @Nullable Path config;

  @Option(
      names = "--check",
      description = "Check the --config file, and whether its sources can be opened, and end.")
  private boolean check;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(names = "--schema", description = "Print the JSON schema of the --config file.")
  private boolean schema;

  @Option(
      names = "--fps",
      paramLabel = "N|all",
      defaultValue = "5",
      description =
          "Number of frames per second and source that the detector processes; all: every frame. Default: ${DEFAULT-VALUE}.")
  private String fps;

  @Option(
      names = "--weight",
      paramLabel = "NAME=N",
      description =
          "If the detector is too slow for all frames, give the source NAME N times the share of the other sources. Can be repeated.")
  private List<String> weights = List.of();

  @Option(
      names = "--motion",
      description =
          "Skip a frame if nothing has moved since the last processed frame, for at most 10 s at a time.")
  private boolean motion;

  @Mixin private FollowOptions follow;

  @Option(
      names = "--real-time",
      description =
          "Play files at their own speed, like cameras, and drop frames if the detector is too slow.")
  private boolean realTime;

  @Mixin private ThresholdOptions thresholds;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILM",
      description =
          "Write the processed frames with their boxes to a film (.mp4, .mkv, .ts or .avi). With several sources, each gets its own film, FILM-NAME.")
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
  @Written
  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description =
          "Write each object of each result as a line of comma-separated values, instead of JSON lines on standard output.")
  private @Nullable Path csv;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--rotate",
      paramLabel = "SIZE",
      defaultValue = "100M",
      description =
          "Begin a new --jsonl, --csv or --events file when the current one has this size. Default: ${DEFAULT-VALUE}.")
  private String rotate;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Number of full files of each to keep, as FILE.1, FILE.2 and so on. Default: ${DEFAULT-VALUE}.")
  private int keep;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--preview",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve a web page that shows all sources with their boxes, frame rates and dropped frames. Without HOST, only this machine can open it (127.0.0.1). There is no password.")
  private @Nullable String preview;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--metrics",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve metrics for Prometheus at /metrics. The address may be that of --preview. Without HOST, only this machine can read them (127.0.0.1).")
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
          "Longest wait for a source to open, and then for each of its frames. Default: ${DEFAULT-VALUE}.")
  private double timeout;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--retries",
      paramLabel = "N",
      description = "Number of attempts to open a failed camera again. Default: no limit.")
  private @Nullable Integer retries;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--decode-threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of decoding threads per source, 1 or 2. Default: ${DEFAULT-VALUE}.")
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
          "Decode on an Intel GPU: vaapi, qsv or auto. If the GPU cannot decode a source, the CPU does. Not tested on hardware.")
  private StreamRequest.@Nullable Hardware hardware;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--keyframes",
      description =
          "Decode key frames only. This lets one machine watch more cameras, but a camera may send only one key frame every few seconds.")
  private boolean keyFrames;

  @Mixin private EventOptions events;

  @Mixin private ComputeOptions compute;

  @Mixin private ProfileOptions profile;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (schema) {
      out.print(StreamProgram.load().schema());
      return ExitCode.DONE;
    }
    if (check && config == null) {
      throw usage("--check without --config has no effect; give a file");
    }
    Supplier<StreamRequest> read = config == null ? this::typed : configured(config);
    StreamRequest request = read.get();
    StreamProgram program = StreamProgram.load();
    ForeignIr.require(request.ir(), err);
    if (check) {
      return program.check(request, out, err);
    }
    Optional<Supplier<StreamRequest>> again = config == null ? Optional.empty() : Optional.of(read);
    try (Termination termination = new Termination(program::stop)) {
      int exitCode = program.run(request, again, out, err);
      termination.finished(exitCode);
      return exitCode;
    }
  }

  /** The request that a file makes; nothing else may be given but the model. */
  private Supplier<StreamRequest> configured(Path file) {
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!WITH_CONFIG.contains(option.longestName())) {
        throw usage(
            "%s has no effect with --config; set it in %s".formatted(option.longestName(), file));
      }
    }
    if (named.hasSources()) {
      throw usage("sources have no effect with --config; list them in %s".formatted(file));
    }
    return () -> StreamProgram.load().read(file, named::model);
  }

  private StreamRequest typed() {
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
            Optional.ofNullable(csv),
            value(() -> StreamValues.bytes("--rotate " + rotate, rotate)),
            atLeastZero("--keep", keep),
            Optional.ofNullable(out),
            !noLabels,
            address("--metrics", metrics),
            address("--preview", preview));
    StreamRequest.Detecting detecting =
        new StreamRequest.Detecting(
            thresholds.applyTo(DetectOptions.defaults()),
            List.of(),
            compute.threads(),
            compute.precision(),
            profile.wanted());
    Path ir = named.model(Optional.empty());
    OptionalDouble rate = value(() -> StreamValues.rate("--fps " + fps, fps));
    return new StreamRequest(
        ir,
        detecting,
        named.sources().stream().map(source -> StreamValues.source(source, rate)).toList(),
        weights(),
        reading,
        motion,
        follow.following(),
        outputs,
        events.events());
  }

  private Map<String, Double> weights() {
    Map<String, Double> shares = new LinkedHashMap<>();
    for (String one : weights) {
      int at = one.lastIndexOf('=');
      try {
        shares.put(one.substring(0, Math.max(0, at)), Double.valueOf(one.substring(at + 1)));
      } catch (NumberFormatException e) {
        throw new OptionException("--weight %s: expected NAME=NUMBER".formatted(one), e);
      }
    }
    return shares;
  }

  private Duration seconds() {
    return value(() -> StreamValues.seconds("--timeout " + timeout, timeout));
  }

  private Optional<InetSocketAddress> address(String option, @Nullable String typed) {
    return Optional.ofNullable(typed)
        .map(one -> value(() -> StreamValues.address("%s %s".formatted(option, one), one)));
  }

  private <T> T value(Supplier<T> reader) {
    try {
      return reader.get();
    } catch (OptionException e) {
      throw usage(e.getMessage());
    }
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
