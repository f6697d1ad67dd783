package dev.ovkit.cli.print;

import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;

/** One JSON object per line and picture, as soon as the picture is done. */
public record JsonLinesResults(PrintWriter out) implements ResultWriter {

  @Override
  public void found(Path file, Detections found) {
    out.println(Json.line(DetectionsJson.picture(file, found)));
  }

  @Override
  public void unreadable(Path file, String message) {
    out.println(Json.line(JsonResults.error(file, message)));
  }

  @Override
  public void end(boolean interrupted) {}
}
