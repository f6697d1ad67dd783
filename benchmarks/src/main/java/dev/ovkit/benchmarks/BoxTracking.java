package dev.ovkit.benchmarks;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Numbers the boxes of files in MOTChallenge's form (frame, number, left, top, width, height,
 * score), with the settings of ByteTrack's paper; {@code tracking/measure.py} runs it.
 */
@Command(name = "tracking.sh", description = "Numbers boxes in MOTChallenge's form.")
final class BoxTracking implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "BOXES", description = "A folder of .txt files.")
  private Path boxes;

  @Parameters(index = "1", paramLabel = "RESULTS", description = "The folder for the results.")
  private Path results;

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new BoxTracking(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(boxes)) {
      files = all.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
    for (Path file : files) {
      Files.write(results.resolve(file.getFileName()), tracked(read(file)));
    }
    return 0;
  }

  private static TreeMap<Integer, List<Detection>> read(Path file) throws IOException {
    TreeMap<Integer, List<Detection>> frames = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] values = line.split(",");
      Box box = new Box(number(values[2]), number(values[3]), number(values[4]), number(values[5]));
      frames
          .computeIfAbsent((int) number(values[0]), frame -> new ArrayList<>())
          .add(new Detection("person", 0, number(values[6]), box));
    }
    return frames;
  }

  private static float number(String text) {
    return Float.parseFloat(text);
  }

  private static List<String> tracked(TreeMap<Integer, List<Detection>> frames) {
    Tracker tracker = Tracker.of(TrackOptions.defaults());
    List<String> lines = new ArrayList<>();
    int last = frames.isEmpty() ? 0 : frames.lastKey();
    for (int frame = 1; frame <= last; frame++) {
      List<Detection> found = frames.getOrDefault(frame, List.of());
      Detections tracked =
          tracker.track(new Detections(0, 0, found, found.size(), 0, Detections.Timings.NONE));
      for (Detection one : tracked) {
        if (one.track().isPresent()) {
          lines.add(line(frame, one));
        }
      }
    }
    return lines;
  }

  private static String line(int frame, Detection one) {
    return String.format(
        Locale.ROOT,
        "%d,%d,%.4f,%.4f,%.4f,%.4f,%.4f",
        frame,
        one.track().orElseThrow(),
        one.box().x(),
        one.box().y(),
        one.box().width(),
        one.box().height(),
        one.score());
  }
}
