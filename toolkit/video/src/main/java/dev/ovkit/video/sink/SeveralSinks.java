package dev.ovkit.video.sink;

import dev.ovkit.OvkitException;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Hands results to several sinks. A sink that fails, as on a full disk, is reported once, and again
 * when it fails in another way; the others go on, and it still gets the next results.
 */
public final class SeveralSinks implements StreamListener {

  private final Map<String, StreamListener> sinks;
  private final Consumer<String> reports;
  private final Map<String, String> reported = new HashMap<>();
  private final Map<String, Long> failures = new LinkedHashMap<>();

  /**
   * Joins sinks.
   *
   * @param sinks by their names in messages
   * @param reports takes a line about a sink that fails
   */
  public SeveralSinks(Map<String, StreamListener> sinks, Consumer<String> reports) {
    this.sinks = new LinkedHashMap<>(sinks);
    this.reports = reports;
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    sinks.forEach(
        (name, sink) -> {
          try {
            sink.result(result, frame);
          } catch (OvkitException e) {
            failed(name, e.getMessage());
          }
        });
  }

  private void failed(String name, String message) {
    failures.merge(name, 1L, Long::sum);
    if (!message.equals(reported.put(name, message))) {
      reports.accept("%s: %s".formatted(name, message));
    }
  }

  @Override
  public void event(CameraEvent event) {
    sinks.values().forEach(sink -> sink.event(event));
  }

  /** Returns how many results each sink that failed has lost. */
  public Map<String, Long> failures() {
    return Map.copyOf(failures);
  }
}
