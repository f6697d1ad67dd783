package dev.ovkit.cli.print;

import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One JSON object with all pictures, at the end. */
public final class JsonResults implements ResultWriter {

  private final PrintWriter out;
  private final Path ir;
  private final String device;
  private final Consumer<Map<String, Object>> more;
  private final List<Map<String, Object>> pictures = new ArrayList<>();

  /**
   * Begins.
   *
   * @param more adds to the object what only the caller knows
   */
  public JsonResults(PrintWriter out, Path ir, String device, Consumer<Map<String, Object>> more) {
    this.out = out;
    this.ir = ir;
    this.device = device;
    this.more = more;
  }

  @Override
  public void found(Path file, Detections found) {
    pictures.add(DetectionsJson.picture(file, found));
  }

  @Override
  public void unreadable(Path file, String message) {
    pictures.add(error(file, message));
  }

  static Map<String, Object> error(Path file, String message) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.toString());
    object.put("error", message);
    return object;
  }

  @Override
  public void end(boolean interrupted) {
    Map<String, Object> object = DetectionsJson.of(ir, device, pictures);
    if (interrupted) {
      object.put("interrupted", true);
    }
    more.accept(object);
    Json.print(out, object);
  }
}
