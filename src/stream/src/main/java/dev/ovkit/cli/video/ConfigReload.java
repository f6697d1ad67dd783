package dev.ovkit.cli.video;

import dev.ovkit.OptionException;
import dev.ovkit.OvkitException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.track.ZoneOptions;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.engine.StreamEngine;
import dev.ovkit.video.sink.TrackedCameras;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads the file again on SIGHUP, and takes over what has changed of cameras, zones and lines while
 * the others go on. A file that is wrong changes nothing.
 */
final class ConfigReload {

  private final StreamEngine engine;
  private final Optional<TrackedCameras> tracked;
  private final Sinks sinks;
  private final Supplier<StreamRequest> again;
  private final PrintWriter err;
  private StreamRequest current;

  ConfigReload(
      StreamEngine engine,
      Optional<TrackedCameras> tracked,
      Sinks sinks,
      StreamRequest first,
      Supplier<StreamRequest> again,
      PrintWriter err) {
    this.engine = engine;
    this.tracked = tracked;
    this.sinks = sinks;
    this.current = first;
    this.again = again;
    this.err = err;
  }

  /**
   * Listens to SIGHUP, which would end the process otherwise.
   *
   * <p>Java has no other way to it than classes that compilers warn of, so they are named at run
   * time.
   */
  void listen() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object reloading =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                reload();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), reloading);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java runtime knows no signals: " + e, e);
    }
  }

  synchronized void reload() {
    try {
      takeOver(again.get());
    } catch (OvkitException | IllegalStateException e) {
      err.printf(
          "ovkit: %s%novkit: nothing was changed; the former file goes on%n", e.getMessage());
    }
    err.flush();
  }

  private void takeOver(StreamRequest next) {
    List<Camera> before = Cameras.of(current);
    List<Camera> cameras = Cameras.of(next);
    WatchedPlaces places = WatchedPlaces.of(next.following(), cameras);
    List<String> later = later(next);
    engine.change(cameras);
    sinks.watch(cameras, places);
    WatchedPlaces former = new WatchedPlaces(current.following());
    List<String> moved =
        cameras.stream()
            .map(Camera::name)
            .filter(name -> !places.shapes(name).equals(former.shapes(name)))
            .toList();
    boolean anchor = next.following().anchor() != current.following().anchor();
    tracked.ifPresent(
        all ->
            all.change(
                (camera, width, height) -> monitor(places, camera, width, height),
                anchor ? cameras.stream().map(Camera::name).toList() : moved));
    long kept = cameras.stream().filter(before::contains).count();
    err.printf(
        "ovkit: read again: %d cameras go on, %d new, %d gone; zones and lines changed at %d%n",
        kept, cameras.size() - kept, before.size() - kept, moved.size());
    if (!later.isEmpty()) {
      err.printf(
          "ovkit: changed, and taken over at the next start: %s%n", String.join(", ", later));
    }
    // What is not taken over stays as it was, so that it is reported again.
    current =
        new StreamRequest(
            current.ir(),
            current.detecting(),
            next.sources(),
            next.weights(),
            current.reading(),
            current.motion(),
            next.following(),
            current.outputs(),
            current.events());
  }

  private List<String> later(StreamRequest next) {
    List<String> later = new ArrayList<>();
    add(later, "model", current.ir(), next.ir());
    add(later, "detector", settings(current), settings(next));
    add(later, "reading", current.reading(), next.reading());
    add(later, "motion", current.motion(), next.motion());
    add(
        later,
        "outputs",
        List.of(current.outputs(), current.events()),
        List.of(next.outputs(), next.events()));
    if (next.following().wanted() && tracked.isEmpty()) {
      later.add("track");
    }
    return later;
  }

  /** Without the lines of the file, which move when others are added. */
  private static List<Object> settings(StreamRequest request) {
    StreamRequest.Detecting detecting = request.detecting();
    return List.of(
        detecting.detect(),
        detecting.classes().stream().map(StreamRequest.Named::name).toList(),
        detecting.threads(),
        detecting.precision(),
        detecting.profile());
  }

  private static void add(List<String> later, String key, Object before, Object now) {
    if (!Objects.equals(before, now)) {
      later.add(key);
    }
  }

  /** A point outside of the picture must not end what runs: the camera is watched without it. */
  private ZoneMonitor monitor(WatchedPlaces places, String camera, int width, int height) {
    try {
      return places.of(camera, width, height);
    } catch (OptionException e) {
      err.printf("ovkit: %s; %s is watched without zones and lines%n", e.getMessage(), camera);
      return ZoneMonitor.of(camera, List.of(), List.of(), ZoneOptions.defaults());
    }
  }
}
