package dev.ovkit.cli.video;

import dev.ovkit.OutputException;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.stream.CountingDemo;
import dev.ovkit.cli.video.belt.BeltFilm;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.track.BoxAnchor;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Zone;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.track.ZoneOptions;
import dev.ovkit.video.decode.VideoException;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamEngine;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.video.sink.AnnotatedFilms;
import dev.ovkit.video.sink.JsonLines;
import dev.ovkit.video.sink.TrackedCameras;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Counts the parts on a drawn conveyor belt as they cross a line. */
public final class ConveyorDemo implements CountingDemo {

  private static final double MOST_WRONG = 0.01;
  private static final String CAMERA = "belt";

  /** In the middle of the picture, from its lower edge to the upper one. */
  private static final Line GATE =
      new Line(
          "gate",
          new Point(BeltFilm.WIDTH / 2.0, BeltFilm.HEIGHT),
          new Point(BeltFilm.WIDTH / 2.0, 0));

  /** Where parts go out of the picture. */
  private static final Zone EXIT =
      Zone.of(
          "exit",
          List.of(
              new Point(20, 20),
              new Point(260, 20),
              new Point(260, BeltFilm.HEIGHT - 20),
              new Point(20, BeltFilm.HEIGHT - 20)));

  /** For the service loader. */
  public ConveyorDemo() {}

  @Override
  public int run(Request request, PrintWriter out, PrintWriter err) {
    Path film = request.folder().resolve("belt.mp4");
    Path truth = request.folder().resolve("belt-truth.csv");
    Path drawn = request.folder().resolve("belt-counted.mp4");
    Path picture = request.folder().resolve("belt-counted.jpg");
    Path lines = request.folder().resolve("belt-counted.jsonl");
    long start = System.nanoTime();
    BeltFilm.Written written = new BeltFilm(request.parts(), request.seed()).write(film, truth);
    out.printf(
        "%nDrew a film of a conveyor belt, %d frames with %d parts, in %s: %s%n",
        written.frames(), request.parts(), seconds(start), film);
    out.flush();
    start = System.nanoTime();
    Counts counts = new Counts();
    count(request.ir(), film, drawn, new Still(written.frames() * 2 / 3, picture), lines, counts);
    out.printf(
        "Followed the parts and counted them at a line in %s: %s%n%n", seconds(start), drawn);
    boolean holds = print(out, counts.byClass, written.counts());
    out.printf(
        """

        %s is one frame of it; all boxes and events are in %s, the truth in %s.

        The same by hand:
          ./ovkit stream %s belt=%s --fps all --line gate=640,720,640,0 --anchor centre --out %s >%s
        """,
        picture,
        lines,
        truth,
        request.ir(),
        film,
        request.folder().resolve("by-hand.mp4"),
        request.folder().resolve("by-hand.jsonl"));
    return holds ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
  }

  /** Parts that have crossed the line, by class. */
  private static final class Counts implements StreamListener {
    final Map<String, Long> byClass = new TreeMap<>();

    @Override
    public void result(StreamResult result, Drawable frame) {
      for (TrackEvent event : result.events()) {
        if (event instanceof TrackEvent.Crossed crossed) {
          byClass.merge(crossed.object().label(), 1L, Long::sum);
        }
      }
    }

    @Override
    public void event(CameraEvent event) {
      if (event.state() == CameraEvent.State.FAILED) {
        throw new VideoException(VideoException.Reason.DAMAGED, event.message());
      }
    }
  }

  /** One frame of the film with all that is drawn on it, as a picture. */
  private record Still(long number, Path file) implements StreamListener {

    private static final int WIDTH = 800;

    @Override
    public void result(StreamResult result, Drawable frame) {
      if (result.frame() == number) {
        try (Picture picture = frame.picture()) {
          picture.draw(result.detections(), 0, true);
          picture.mark(result.markings());
          write(picture);
        }
      }
    }

    /** Smaller than the frame, as a page wants it. */
    private void write(Picture whole) {
      int height = whole.height() * WIDTH / whole.width();
      ByteBuffer pixels = ByteBuffer.allocateDirect(3 * WIDTH * height);
      Letterbox box =
          Letterbox.of(whole.width(), whole.height(), WIDTH, height, Resize.Mode.STRETCH);
      whole.letterbox(box, Resize.LETTERBOX, pixels);
      try (Picture small = Picture.of(Frame.of(pixels, WIDTH, height, Frame.Format.BGR))) {
        small.write(file);
      }
    }
  }

  private static void count(Path ir, Path film, Path drawn, Still still, Path json, Counts counts) {
    DetectOptions wanted = DetectOptions.defaults().withAgnostic(true);
    DetectorOptions options = DetectorOptions.defaults().withDetect(TrackOptions.lowered(wanted));
    ZoneOptions places = ZoneOptions.defaults().withAnchor(BoxAnchor.CENTRE);
    try (Detector detector = Detector.open(ir, options);
        BufferedWriter lines = Files.newBufferedWriter(json);
        AnnotatedFilms films = new AnnotatedFilms(drawn, false, BeltFilm.FRAME_RATE, true)) {
      JsonLines results =
          new JsonLines(
              line -> {
                lines.write(line);
                lines.newLine();
              });
      List<StreamListener> sinks = List.of(counts, results, films, still);
      TrackedCameras tracked =
          new TrackedCameras(
              TrackOptions.of(detector.spec(), wanted),
              (camera, width, height) ->
                  ZoneMonitor.of(camera, List.of(EXIT), List.of(GATE), places),
              new StreamListener() {
                @Override
                public void result(StreamResult result, Drawable frame) {
                  sinks.forEach(sink -> sink.result(result, frame));
                }

                @Override
                public void event(CameraEvent event) {
                  sinks.forEach(sink -> sink.event(event));
                }
              });
      StreamEngine.of(detector, Camera.of(CAMERA, VideoSource.of(film)).withEveryFrame())
          .run(tracked);
    } catch (IOException e) {
      throw OutputException.of(json, e);
    }
  }

  /** Returns whether the counts are right. */
  private static boolean print(
      PrintWriter out, Map<String, Long> counted, Map<String, Long> truth) {
    TreeSet<String> labels = new TreeSet<>(counted.keySet());
    labels.addAll(truth.keySet());
    out.printf("  %-10s %8s %6s%n", "class", "counted", "truth");
    long wrong = 0;
    for (String label : labels) {
      long found = counted.getOrDefault(label, 0L);
      long real = truth.getOrDefault(label, 0L);
      wrong += Math.abs(found - real);
      out.printf("  %-10s %8d %6d%n", label, found, real);
    }
    long all = sum(truth);
    out.printf("  %-10s %8d %6d%n", "all", sum(counted), all);
    boolean holds = wrong <= MOST_WRONG * all;
    if (!holds) {
      out.printf("%nThe counts are wrong by %d of %d parts; at most 1 %% may be.%n", wrong, all);
    }
    return holds;
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String seconds(long since) {
    return "%.1f s".formatted((System.nanoTime() - since) / 1e9);
  }
}
