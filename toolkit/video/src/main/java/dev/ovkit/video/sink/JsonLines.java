package dev.ovkit.video.sink;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.OutputException;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Detection;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes each result as a line of JSON. */
public final class JsonLines implements StreamListener {

  /** Takes a line, without its line end. */
  public interface Lines {

    /** Writes a line. */
    void write(String line) throws IOException;
  }

  private static final double MILLIS = 1000;

  private final Lines lines;

  public JsonLines(Lines lines) {
    this.lines = lines;
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    try {
      lines.write(JSON.std.asString(json(result)));
    } catch (IOException e) {
      throw new OutputException("the results cannot be written: " + e.getMessage(), e);
    }
  }

  /** Returns a result as a JSON object; keys may be added, but none is renamed or removed. */
  static Map<String, Object> json(StreamResult result) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("camera", result.camera());
    object.put("frame", result.frame());
    object.put("time", DetectionsJson.milliseconds(result.time()) / MILLIS);
    object.put("at", result.wallClock().toString());
    object.put("age_ms", DetectionsJson.milliseconds(result.age()));
    object.put("width", result.detections().width());
    object.put("height", result.detections().height());
    List<Map<String, Object>> detections = new ArrayList<>();
    for (Detection one : result.detections()) {
      detections.add(DetectionsJson.detection(one));
    }
    object.put("detections", detections);
    if (!result.events().isEmpty()) {
      object.put("events", result.events().stream().map(TrackEventJson::of).toList());
    }
    result.detections().alarm().ifPresent(alarm -> object.put("alarm", alarm));
    return object;
  }
}
