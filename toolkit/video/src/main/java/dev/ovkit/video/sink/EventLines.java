package dev.ovkit.video.sink;

import dev.ovkit.OutputException;
import dev.ovkit.internal.json.DetectionsCsv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes events into a file, as lines of JSON or of comma-separated values, as its name says. */
final class EventLines implements AutoCloseable {

  /** The values of a line; those that an event does not have are empty. */
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "camera",
          "frame",
          "time",
          "at",
          "event",
          "zone",
          "line",
          "track",
          "label",
          "class_id",
          "seconds",
          "direction",
          "inside",
          "left_to_right",
          "right_to_left",
          "snapshot",
          "clip");

  private final RotatingFile file;
  private final boolean csv;

  EventLines(Path path, long mostBytes, int kept) {
    csv = SinkOptions.isCsv(path);
    file = new RotatingFile(path, mostBytes, kept, csv ? String.join(",", COLUMNS) : "");
  }

  void write(Map<String, Object> object, String json) {
    try {
      file.write(
          csv
              ? COLUMNS.stream()
                  .map(name -> DetectionsCsv.quoted(String.valueOf(object.getOrDefault(name, ""))))
                  .collect(Collectors.joining(","))
              : json);
    } catch (IOException e) {
      throw new OutputException("the events cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
