package dev.ovkit.video.sink;

import dev.ovkit.OutputException;
import dev.ovkit.internal.json.DetectionsCsv;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Detection;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.io.IOException;
import java.util.Locale;

/** Writes each object of each result as a line of comma-separated values. */
public final class CsvLines implements StreamListener {

  /** The names of the values; a frame without objects has no line. */
  static final String HEADER = "camera,frame,time,at,label,class_id,score,x,y,width,height,track";

  private static final double MILLIS = 1000;

  private final JsonLines.Lines lines;

  public CsvLines(JsonLines.Lines lines) {
    this.lines = lines;
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    String beginning =
        "%s,%d,%s,%s"
            .formatted(
                DetectionsCsv.quoted(result.camera()),
                result.frame(),
                DetectionsJson.milliseconds(result.time()) / MILLIS,
                result.wallClock());
    try {
      for (Detection one : result.detections()) {
        lines.write(
            String.format(
                Locale.ROOT,
                "%s,%s,%d,%.4f,%.2f,%.2f,%.2f,%.2f,%s",
                beginning,
                DetectionsCsv.quoted(one.label()),
                one.classId(),
                one.score(),
                one.box().x(),
                one.box().y(),
                one.box().width(),
                one.box().height(),
                one.track().isPresent() ? Long.toString(one.track().getAsLong()) : ""));
      }
    } catch (IOException e) {
      throw new OutputException("the results cannot be written: " + e.getMessage(), e);
    }
  }
}
