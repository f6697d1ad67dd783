package dev.ovkit.video.sink;

import dev.ovkit.OvkitException;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackedObject;
import dev.ovkit.video.delivery.Event;
import dev.ovkit.video.delivery.EventIds;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives each event a name of its own and pictures, and hands it to all that want it. Nothing here
 * waits for a receiver.
 */
final class EventSinks implements StreamListener {

  private static final double MILLIS = 1000;

  private final EventIds ids = new EventIds();
  private final @Nullable Snapshots snapshots;
  private final @Nullable Clips clips;
  private final List<Consumer<Event>> receivers;
  private final @Nullable EventLines file;

  EventSinks(
      @Nullable Snapshots snapshots,
      @Nullable Clips clips,
      List<Consumer<Event>> receivers,
      @Nullable EventLines file) {
    this.snapshots = snapshots;
    this.clips = clips;
    this.receivers = List.copyOf(receivers);
    this.file = file;
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    if (clips != null) {
      clips.result(result, frame);
    }
    OvkitException failure = null;
    for (TrackEvent event : result.events()) {
      Map<String, Object> object = json(result, event);
      Optional<TrackedObject> subject = TrackEventJson.object(event);
      if (snapshots != null && subject.isPresent()) {
        snapshots
            .take(result, frame, event, subject.get())
            .ifPresent(name -> object.put("snapshot", name));
      }
      if (clips != null) {
        clips.around(result, event).ifPresent(name -> object.put("clip", name));
      }
      Event ready = Event.of(object);
      receivers.forEach(receiver -> receiver.accept(ready));
      try {
        if (file != null) {
          file.write(object, ready.json());
        }
      } catch (OvkitException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private Map<String, Object> json(StreamResult result, TrackEvent event) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", ids.next(result.wallClock().toEpochMilli()));
    object.put("camera", result.camera());
    object.put("frame", result.frame());
    object.put("time", DetectionsJson.milliseconds(event.time()) / MILLIS);
    object.put("at", result.wallClock().toString());
    object.putAll(TrackEventJson.of(event));
    return object;
  }
}
