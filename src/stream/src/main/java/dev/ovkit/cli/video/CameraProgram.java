package dev.ovkit.cli.video;

import dev.ovkit.OutputException;
import dev.ovkit.RuntimeUnavailableException;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.cli.video.config.ConfigFile;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.video.decode.FfmpegLibraries;
import dev.ovkit.video.decode.HardwareDecoding;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.Webcams;
import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamEngine;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamOptions;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.video.sink.AnnotatedFilms;
import dev.ovkit.video.sink.JsonLines;
import dev.ovkit.video.sink.OpenSinks;
import dev.ovkit.video.sink.SeveralSinks;
import dev.ovkit.video.sink.TrackedCameras;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.watch.ServiceManager;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Watches cameras and files as {@code ovkit stream} is asked to. */
public final class CameraProgram implements StreamProgram {

  private static final int PERCENT = 100;

  private @Nullable StreamEngine engine;
  private boolean stopped;

  /** For the service loader. */
  public CameraProgram() {}

  @Override
  public List<Path> libraries() {
    return FfmpegLibraries.files();
  }

  @Override
  public Map<String, String> findings() {
    Map<String, String> findings = new LinkedHashMap<>();
    try {
      Path folder = FfmpegLibraries.files().get(0).getParent();
      findings.put("video", "FFmpeg from " + folder);
      for (HardwareDecoding way : List.of(HardwareDecoding.VAAPI, HardwareDecoding.QSV)) {
        findings.put(way.name().toLowerCase(Locale.ROOT), way.complaint().orElse("decodes here"));
      }
      List<String> webcams = Webcams.found();
      findings.put("webcams", webcams.isEmpty() ? "none" : String.join("; ", webcams));
    } catch (RuntimeUnavailableException e) {
      findings.put("video", e.getMessage());
    }
    return findings;
  }

  @Override
  public synchronized void stop() {
    stopped = true;
    if (engine != null) {
      engine.stop();
    }
  }

  private synchronized StreamEngine begun(StreamEngine begun) {
    engine = begun;
    if (stopped) {
      begun.stop();
    }
    return begun;
  }

  @Override
  public StreamRequest read(Path file, Models models) {
    return ConfigFile.read(file, System.getenv(), models);
  }

  @Override
  public String schema() {
    return ConfigFile.schema();
  }

  @Override
  public int check(StreamRequest request, PrintWriter out, PrintWriter err) {
    Sinks.check(request);
    return ConfigCheck.run(request, options(request).reading(), out);
  }

  @Override
  public int run(
      StreamRequest request,
      Optional<Supplier<StreamRequest>> again,
      PrintWriter out,
      PrintWriter err) {
    List<Camera> cameras = Cameras.of(request);
    WatchedPlaces places = WatchedPlaces.of(request.following(), cameras);
    Sinks sinks = Sinks.of(request, cameras, places);
    boolean follows = request.following().wanted();
    DetectorOptions settings = DetectorSettings.of(request, err);
    DetectOptions wanted = settings.detect();
    DetectorOptions opening =
        follows ? settings.withDetect(TrackOptions.lowered(wanted)) : settings;
    try (Detector detector = Detector.open(request.ir(), opening)) {
      Optional<TrackOptions> tracking =
          follows ? Optional.of(TrackOptions.of(detector.spec(), wanted)) : Optional.empty();
      for (Assumption assumption : detector.assumptions()) {
        err.println("ovkit: assumed: " + assumption.sentence());
      }
      hardware(request)
          .complaint()
          .ifPresent(why -> err.printf("ovkit: --hwaccel: %s; decoding on the CPU%n", why));
      StreamEngine running = begun(StreamEngine.of(detector, options(request), cameras));
      Function<StreamListener, List<CameraCounts>> watching =
          results -> {
            Optional<TrackedCameras> tracked =
                tracking.map(options -> new TrackedCameras(options, places, results));
            again.ifPresent(
                read -> new ConfigReload(running, tracked, sinks, request, read, err).listen());
            return running.run(tracked.isPresent() ? tracked.get() : results);
          };
      // A file that is read again can bring further cameras.
      boolean several = again.isPresent() || cameras.size() > 1;
      return watch(running, request, sinks, watching, several, out, err);
    }
  }

  private static HardwareDecoding hardware(StreamRequest request) {
    return request
        .reading()
        .hardware()
        .map(way -> HardwareDecoding.valueOf(way.name()))
        .orElse(HardwareDecoding.NONE);
  }

  private static StreamOptions options(StreamRequest request) {
    StreamRequest.Reading wanted = request.reading();
    ReadOptions reading =
        ReadOptions.defaults()
            .withTransport(wanted.udp() ? ReadOptions.Transport.UDP : ReadOptions.Transport.TCP)
            .withTimeouts(wanted.timeout(), wanted.timeout())
            .withThreads(wanted.threads())
            .withHardware(hardware(request))
            .withKeyFrames(wanted.keyFrames());
    return StreamOptions.defaults()
        .withReading(reading)
        .withRealTime(wanted.realTime())
        .withRetries(wanted.retries().orElse(-1))
        .withMotionGate(request.motion());
  }

  private static int watch(
      StreamEngine engine,
      StreamRequest request,
      Sinks wanted,
      Function<StreamListener, List<CameraCounts>> watching,
      boolean several,
      PrintWriter out,
      PrintWriter err) {
    StreamRequest.Outputs outputs = request.outputs();
    Map<String, StreamListener> sinks = new LinkedHashMap<>();
    boolean ended = true;
    List<CameraCounts> counts;
    List<DeliveryCounts> deliveries;
    SeveralSinks all;
    Consumer<String> reports = line -> err.println("ovkit: --" + line);
    try (Pages pages = new Pages();
        OpenSinks open = wanted.open(reports)) {
      open.listeners().forEach((name, sink) -> sinks.put("--" + name, sink));
      pages.add(outputs, engine, open::counts, sinks, err);
      @Nullable AnnotatedFilms films =
          outputs
              .film()
              .map(path -> new AnnotatedFilms(path, several, frameRate(request), outputs.labels()))
              .orElse(null);
      if (films != null) {
        sinks.put("--out", films);
      }
      all = new SeveralSinks(sinks, message -> err.println("ovkit: " + message));
      try (Heartbeat heartbeat = new Heartbeat(engine, ServiceManager.current())) {
        boolean prints = outputs.json().isEmpty() && outputs.csv().isEmpty();
        counts = watching.apply(new Console(all, prints, out, err));
      } finally {
        ended = end(films, err);
      }
      open.close(); // delivers what can be delivered, and says what cannot
      deliveries = open.counts();
    }
    counts.forEach(one -> err.println("ovkit: " + summary(one)));
    deliveries.forEach(one -> err.println("ovkit: --" + summary(one)));
    all.failures()
        .forEach(
            (name, lost) -> err.printf("ovkit: %s: %d results were not written%n", name, lost));
    boolean failed =
        !ended
            || !all.failures().isEmpty()
            || counts.stream().anyMatch(one -> one.state() == CameraEvent.State.FAILED);
    return failed ? ExitCode.FAILED : ExitCode.DONE;
  }

  /** Of the source that is looked at most; an encoder only wants it roughly. */
  private static double frameRate(StreamRequest request) {
    return request.sources().stream()
        .mapToDouble(source -> source.fps().orElse(Camera.DEFAULT_FPS))
        .max()
        .orElse(Camera.DEFAULT_FPS);
  }

  /** Returns whether the films are whole. */
  private static boolean end(@Nullable AnnotatedFilms films, PrintWriter err) {
    try {
      if (films != null) {
        films.close();
      }
      return true;
    } catch (dev.ovkit.OvkitException e) {
      err.println("ovkit: --out: " + e.getMessage());
      return false;
    }
  }

  private static String summary(CameraCounts counts) {
    StringBuilder text = new StringBuilder(counts.camera());
    text.append(
        ": %d frames, %d looked at"
            .formatted(counts.decoded() + counts.skipped(), counts.detected()));
    if (counts.still() > 0) {
      long due = counts.still() + counts.detected();
      text.append(
          String.format(
              Locale.ROOT,
              ", %d still (%d %% of the work saved)",
              counts.still(),
              PERCENT * counts.still() / due));
    }
    if (counts.unreadable() > 0) {
      text.append(", %d unreadable".formatted(counts.unreadable()));
    }
    if (counts.missed() > 0) {
      text.append(", %d detections missed".formatted(counts.missed()));
    }
    if (counts.reconnects() > 0) {
      text.append(", opened again %d times".formatted(counts.reconnects()));
    }
    return text.toString();
  }

  private static String summary(DeliveryCounts counts) {
    return "%s: %d delivered, %d wait, %d dropped, %d refused, %d attempts failed"
        .formatted(
            counts.name(),
            counts.delivered(),
            counts.queued(),
            counts.dropped(),
            counts.refused(),
            counts.retries());
  }

  /** Results to standard output, what cameras do to stderr, and both to the sinks. */
  private record Console(StreamListener sinks, boolean prints, PrintWriter out, PrintWriter err)
      implements StreamListener {

    @Override
    public void result(StreamResult result, Drawable frame) {
      sinks.result(result, frame);
      if (prints) {
        new JsonLines(out::println).result(result, frame);
        if (out.checkError()) { // nobody reads them any more
          throw new OutputException("the results cannot be written to standard output");
        }
      }
    }

    @Override
    public void event(CameraEvent event) {
      sinks.event(event);
      switch (event.state()) {
        case PLAYING -> err.printf("ovkit: %s: %s%n", event.camera(), event.message());
        case WAITING -> err.printf("ovkit: %s; trying again%n", event.message());
        case FAILED -> err.printf("ovkit: %s%n", event.message());
        case OPENING, ENDED -> {
          // the summary says it
        }
      }
    }
  }
}
