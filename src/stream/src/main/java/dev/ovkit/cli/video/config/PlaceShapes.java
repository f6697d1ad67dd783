package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.Zone;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Zones and lines of a file. */
final class PlaceShapes {

  private static final double LONGEST_SECONDS = 1e6;
  private static final int MILLIS = 1000;

  /** No picture is larger. */
  private static final double FARTHEST = 1e6;

  static Zone zone(YamlValue value) {
    YamlMapping zone = value.mapping("name", "corners", "dwell");
    String name = zone.get("name").text();
    List<Point> corners =
        zone.get("corners").list("points [X, Y]").stream().map(PlaceShapes::point).toList();
    Optional<Duration> dwell =
        zone.find("dwell")
            .map(stay -> stay.number(0.001, LONGEST_SECONDS))
            .map(seconds -> Duration.ofMillis(Math.round(seconds * MILLIS)));
    return named(zone.get("corners"), () -> new Zone(name, corners, dwell));
  }

  static Line line(YamlValue value) {
    YamlMapping line = value.mapping("name", "from", "to");
    String name = line.get("name").text();
    Point from = point(line.get("from"));
    Point to = point(line.get("to"));
    return named(line.get("to"), () -> new Line(name, from, to));
  }

  private static Point point(YamlValue value) {
    List<YamlValue> numbers = value.list("two numbers, [X, Y]");
    if (numbers.size() != 2) {
      throw value.refusal("two numbers, [X, Y]");
    }
    return new Point(coordinate(numbers.get(0)), coordinate(numbers.get(1)));
  }

  /** No picture has a point to the left of it, or above it. */
  private static double coordinate(YamlValue value) {
    return value.number(0, FARTHEST);
  }

  private static <T> T named(YamlValue where, Supplier<T> shape) {
    try {
      return shape.get();
    } catch (OptionException e) {
      throw new OptionException("%s: %s".formatted(where.origin(), e.getMessage()), e);
    }
  }

  private PlaceShapes() {}
}
