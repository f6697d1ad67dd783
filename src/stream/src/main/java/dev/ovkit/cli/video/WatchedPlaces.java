package dev.ovkit.cli.video;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest.Following;
import dev.ovkit.cli.stream.StreamRequest.Place;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.Zone;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.track.ZoneOptions;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.sink.TrackedCameras;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The zones and lines of a call, for all cameras or for one. */
record WatchedPlaces(Following following) implements TrackedCameras.Monitors {

  /**
   * Checks them.
   *
   * @throws OptionException when one names a camera that there is not, or a name is used twice
   */
  static WatchedPlaces of(Following following, List<Camera> cameras) {
    Set<String> names = cameras.stream().map(Camera::name).collect(Collectors.toSet());
    following.zones().forEach(zone -> requireCamera(zone, names));
    following.lines().forEach(line -> requireCamera(line, names));
    WatchedPlaces places = new WatchedPlaces(following);
    cameras.forEach(camera -> places.monitor(camera.name())); // names are used once
    return places;
  }

  private static void requireCamera(Place<?> place, Set<String> cameras) {
    if (place.source().isPresent() && !cameras.contains(place.source().get())) {
      throw new OptionException(
          "%s: no source has the name %s; there are %s"
              .formatted(
                  place.origin(), place.source().get(), String.join(", ", new TreeSet<>(cameras))));
    }
  }

  @Override
  public ZoneMonitor of(String camera, int width, int height) {
    requireInside(camera, width, height);
    return monitor(camera);
  }

  /**
   * Checks the zones and lines of a camera, whose frames have a size.
   *
   * @throws OptionException when one has a point outside
   */
  void requireInside(String camera, int width, int height) {
    for (Place<Zone> zone : following.zones()) {
      if (zone.isOf(camera)) {
        zone.shape().corners().forEach(corner -> require(zone, corner, width, height));
      }
    }
    for (Place<Line> line : following.lines()) {
      if (line.isOf(camera)) {
        require(line, line.shape().from(), width, height);
        require(line, line.shape().to(), width, height);
      }
    }
  }

  /** Returns the zones and lines of a camera. */
  List<Object> shapes(String camera) {
    List<Object> shapes = new ArrayList<>();
    following.zones().stream()
        .filter(one -> one.isOf(camera))
        .forEach(one -> shapes.add(one.shape()));
    following.lines().stream()
        .filter(one -> one.isOf(camera))
        .forEach(one -> shapes.add(one.shape()));
    return shapes;
  }

  /** Returns how many zones and lines a camera has. */
  int count(String camera) {
    return shapes(camera).size();
  }

  /** Returns the names of the zones of a camera. */
  List<String> zones(String camera) {
    return following.zones().stream()
        .filter(one -> one.isOf(camera))
        .map(one -> one.shape().name())
        .toList();
  }

  /** Returns the names of the lines of a camera. */
  List<String> lines(String camera) {
    return following.lines().stream()
        .filter(one -> one.isOf(camera))
        .map(one -> one.shape().name())
        .toList();
  }

  private ZoneMonitor monitor(String camera) {
    return ZoneMonitor.of(
        camera,
        following.zones().stream().filter(zone -> zone.isOf(camera)).map(Place::shape).toList(),
        following.lines().stream().filter(line -> line.isOf(camera)).map(Place::shape).toList(),
        ZoneOptions.defaults().withAnchor(following.anchor()));
  }

  private static void require(Place<?> place, Point point, int width, int height) {
    if (point.x() < 0 || point.y() < 0 || point.x() > width || point.y() > height) {
      throw new OptionException(
          "%s: %s,%s is outside of the frame, which is %dx%d"
              .formatted(place.origin(), point.x(), point.y(), width, height));
    }
  }
}
