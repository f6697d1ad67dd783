package dev.ovkit.cli.video;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.Zone;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.track.ZoneOptions;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.sink.TrackedCameras;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The zones and lines of a call, for all cameras or for one. */
final class WatchedPlaces implements TrackedCameras.Monitors {

  private static final int LINE_NUMBERS = 4;

  /** Something that is watched; of all cameras if it names none. */
  private record Place<T>(Optional<String> camera, String option, T shape, List<Point> points) {
    boolean isOf(String name) {
      return camera.isEmpty() || camera.get().equals(name);
    }
  }

  private final List<Place<Zone>> zones = new ArrayList<>();
  private final List<Place<Line>> lines = new ArrayList<>();
  private final ZoneOptions options;

  private WatchedPlaces(ZoneOptions options) {
    this.options = options;
  }

  /**
   * Reads them.
   *
   * @throws OptionException when one is not understood, or names a camera that there is not
   */
  static WatchedPlaces of(StreamRequest.Following following, List<Camera> cameras) {
    WatchedPlaces places = new WatchedPlaces(ZoneOptions.defaults().withAnchor(following.anchor()));
    Set<String> names = cameras.stream().map(Camera::name).collect(Collectors.toSet());
    for (String typed : following.zones()) {
      places.zones.add(zone(typed, following, names));
    }
    for (String typed : following.lines()) {
      places.lines.add(line(typed, names));
    }
    cameras.forEach(camera -> places.monitor(camera.name())); // names are used once
    return places;
  }

  private static Place<Zone> zone(
      String typed, StreamRequest.Following following, Set<String> cameras) {
    String option = "--zone " + typed;
    String form = "[SOURCE:]NAME=X,Y,X,Y,X,Y with at least three corners";
    Named named = Named.of(option, typed, form, cameras);
    Zone zone = new Zone(named.name(), named.points(), following.dwell());
    return new Place<>(named.camera(), option, zone, named.points());
  }

  private static Place<Line> line(String typed, Set<String> cameras) {
    String option = "--line " + typed;
    String form = "[SOURCE:]NAME=X,Y,X,Y";
    Named named = Named.of(option, typed, form, cameras);
    List<Point> points = named.points();
    if (2 * points.size() != LINE_NUMBERS) {
      throw new OptionException("%s: expected %s".formatted(option, form));
    }
    Line line = new Line(named.name(), points.get(0), points.get(1));
    return new Place<>(named.camera(), option, line, points);
  }

  /** A place as it was typed. */
  private record Named(Optional<String> camera, String name, List<Point> points) {

    static Named of(String option, String typed, String form, Set<String> cameras) {
      int equals = typed.lastIndexOf('=');
      List<Point> points = points(typed.substring(equals + 1));
      if (equals < 1 || points == null) {
        throw new OptionException("%s: expected %s".formatted(option, form));
      }
      String name = typed.substring(0, equals);
      int colon = name.lastIndexOf(':'); // a camera may be called by its URL
      if (colon < 0) {
        return new Named(Optional.empty(), name, points);
      }
      String camera = name.substring(0, colon);
      if (!cameras.contains(camera)) {
        throw new OptionException(
            "%s: no source has the name %s; there are %s"
                .formatted(option, camera, String.join(", ", new TreeSet<>(cameras))));
      }
      return new Named(Optional.of(camera), name.substring(colon + 1), points);
    }

    private static @Nullable List<Point> points(String typed) {
      String[] numbers = typed.split(",", -1);
      List<Point> points = new ArrayList<>();
      try {
        for (int i = 0; i + 1 < numbers.length; i += 2) {
          points.add(
              new Point(
                  Double.parseDouble(numbers[i].strip()),
                  Double.parseDouble(numbers[i + 1].strip())));
        }
      } catch (IllegalArgumentException e) {
        return null; // no number, or none that a picture has
      }
      return numbers.length % 2 == 0 ? points : null;
    }
  }

  @Override
  public ZoneMonitor of(String camera, int width, int height) {
    zones.stream().filter(zone -> zone.isOf(camera)).forEach(zone -> check(zone, width, height));
    lines.stream().filter(line -> line.isOf(camera)).forEach(line -> check(line, width, height));
    return monitor(camera);
  }

  private ZoneMonitor monitor(String camera) {
    return ZoneMonitor.of(
        camera,
        zones.stream().filter(zone -> zone.isOf(camera)).map(Place::shape).toList(),
        lines.stream().filter(line -> line.isOf(camera)).map(Place::shape).toList(),
        options);
  }

  private static void check(Place<?> place, int width, int height) {
    for (Point point : place.points()) {
      if (point.x() < 0 || point.y() < 0 || point.x() > width || point.y() > height) {
        throw new OptionException(
            "%s: %s,%s is outside of the frame, which is %dx%d"
                .formatted(place.option(), point.x(), point.y(), width, height));
      }
    }
  }
}
