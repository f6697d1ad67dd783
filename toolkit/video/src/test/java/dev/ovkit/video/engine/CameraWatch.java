package dev.ovkit.video.engine;

import dev.ovkit.model.Detections;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Watches one source with an engine that finds nothing, and keeps what happens. */
final class CameraWatch {

  private static final Detections NOTHING =
      new Detections(1, 1, List.of(), 0, 0, Detections.Timings.NONE);

  /** Why the camera was opened again or given up, without its name. */
  final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  /** The widths of the frames that were looked at. */
  final List<Integer> widths = Collections.synchronizedList(new ArrayList<>());

  private final VideoSource source;
  private final StreamOptions options;

  CameraWatch(String url, StreamOptions options) {
    this.source = VideoSource.of(url);
    this.options = options;
  }

  /** Watches until a result comes while it is enough, or the camera is given up. */
  CameraCounts until(BooleanSupplier enough) {
    return until(enough, event -> {});
  }

  /** The same; {@code seen} also receives the camera's events. */
  CameraCounts until(BooleanSupplier enough, Consumer<CameraEvent> seen) {
    StreamEngine[] engine = new StreamEngine[1];
    engine[0] =
        new StreamEngine(
            frame -> {
              widths.add(frame.width());
              return NOTHING;
            },
            1,
            options,
            List.of(Camera.of("door", source).withEveryFrame()),
            (one, stopped) -> VideoReader.open(one.source(), options.reading(), stopped));
    return engine[0]
        .run(
            new StreamListener() {
              @Override
              public void result(StreamResult result, Drawable frame) {
                if (enough.getAsBoolean()) {
                  engine[0].stop();
                }
              }

              @Override
              public void event(CameraEvent event) {
                if (event.state() == CameraEvent.State.WAITING
                    || event.state() == CameraEvent.State.FAILED) {
                  failures.add(event.message());
                }
                seen.accept(event);
              }
            })
        .get(0);
  }
}
