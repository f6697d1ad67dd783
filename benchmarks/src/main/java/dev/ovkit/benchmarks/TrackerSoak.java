package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Tracker;
import dev.ovkit.track.Zone;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.track.ZoneOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Tracks synthetic boxes for a great many frames, with a zone and a line, and says whether the
 * tracks or the live heap grow, and whether every number is new.
 */
@Command(name = "tracking.sh --soak", description = "Whether tracking grows with time.")
final class TrackerSoak implements Callable<Integer> {

  private static final Zone MIDDLE =
      Zone.of(
          "middle",
          List.of(
              new Point(600, 300),
              new Point(1300, 300),
              new Point(1300, 800),
              new Point(600, 800)));
  private static final Line ACROSS = new Line("across", new Point(960, 1080), new Point(960, 0));
  private static final int OBJECTS = 30;
  private static final int STEPS = 10;
  private static final int LEAST_FRAMES = 1000;

  /** What the JVM itself may need more; a track that stays is above it after 10,000 others. */
  private static final long MOST_BYTES = 1_000_000;

  @Option(names = "--frames", paramLabel = "N", description = "At least 1000.")
  private int frames;

  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new TrackerSoak(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    if (frames < LEAST_FRAMES) {
      throw new ParameterException(
          spec.commandLine(), "--frames %d: at least %d".formatted(frames, LEAST_FRAMES));
    }
    TrackOptions options = TrackOptions.defaults();
    Tracker tracker = Tracker.of(options);
    ZoneMonitor monitor =
        ZoneMonitor.of("camera", List.of(MIDDLE), List.of(ACROSS), ZoneOptions.defaults());
    MovingBoxes boxes = new MovingBoxes(OBJECTS, 11);
    long events = 0;
    List<Long> heaps = new ArrayList<>();
    int mostTracks = 0;
    long highest = 0;
    long numbers = 0;
    for (int frame = 1; frame <= frames; frame++) {
      Detections tracked = tracker.track(boxes.next());
      events += monitor.next(Duration.ofMillis(40L * frame), tracker.objects()).size();
      long highestBefore = highest;
      for (Detection one : tracked) {
        long number = one.track().orElse(0);
        numbers += number > highestBefore ? 1 : 0;
        highest = Math.max(highest, number);
      }
      mostTracks = Math.max(mostTracks, tracker.objects().size());
      if (frame % (frames / STEPS) == 0) {
        heaps.add(liveHeap());
        System.err.printf("%d of %d, %d bytes live%n", frame, frames, heaps.get(heaps.size() - 1));
      }
    }
    long growth = heaps.get(heaps.size() - 1) - heaps.get(0);
    boolean holds =
        growth < MOST_BYTES
            && numbers == highest
            && mostTracks <= OBJECTS * (options.keptFrames() + 1);
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("frames", frames);
    object.put("objects", OBJECTS);
    object.put("numbers", highest);
    object.put("most_tracks", mostTracks);
    object.put("events", events);
    object.put("live_heap", heaps);
    object.put("growth_bytes", growth);
    object.put("holds", holds);
    System.out.println(
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(object));
    return holds ? 0 : BenchmarkProgram.CHECK_FAILED;
  }

  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
