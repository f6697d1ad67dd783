package dev.ovkit.video.engine;

import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture.Marking;
import dev.ovkit.track.TrackEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What was found on one frame.
 *
 * @param camera the camera's name
 * @param frame how many frames came before it since the camera was opened
 * @param time when the frame is shown, counted from the camera's first one
 * @param wallClock when the frame was decoded
 * @param age how long ago that was when the result was ready
 * @param detections what was found, in pixels of the frame
 * @param events what objects did in zones and at lines; empty unless they are followed
 * @param markings the zones and lines as they are drawn, with their counts
 */
public record StreamResult(
    String camera,
    long frame,
    Duration time,
    Instant wallClock,
    Duration age,
    Detections detections,
    List<TrackEvent> events,
    List<Marking> markings) {

  public StreamResult {
    events = List.copyOf(events);
    markings = List.copyOf(markings);
  }

  /** Makes a result whose objects are not followed. */
  public StreamResult(
      String camera,
      long frame,
      Duration time,
      Instant wallClock,
      Duration age,
      Detections detections) {
    this(camera, frame, time, wallClock, age, detections, List.of(), List.of());
  }

  /** Returns it with numbered objects, and the places where they are watched. */
  public StreamResult withTracks(
      Detections numbered, List<TrackEvent> happened, List<Marking> places) {
    return new StreamResult(camera, frame, time, wallClock, age, numbered, happened, places);
  }
}
