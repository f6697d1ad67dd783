package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest.Place;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.Zone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Zones and lines as they are typed. */
final class TypedPlaces {

  static final String ZONE = "[SOURCE:]NAME=X,Y,X,Y,X,Y";
  static final String LINE = "[SOURCE:]NAME=X,Y,X,Y";

  private static final int ENDS = 2;

  /** Reads a zone. */
  static Place<Zone> zone(String typed, Optional<Duration> dwell) {
    String option = "--zone " + typed;
    Parts parts = Parts.of(option, typed, ZONE + " with at least three corners");
    return new Place<>(parts.source, option, new Zone(parts.name, parts.points, dwell));
  }

  /** Reads a line. */
  static Place<Line> line(String typed) {
    String option = "--line " + typed;
    Parts parts = Parts.of(option, typed, LINE);
    if (parts.points.size() != ENDS) {
      throw new OptionException("%s: expected %s".formatted(option, LINE));
    }
    Line line = new Line(parts.name, parts.points.get(0), parts.points.get(1));
    return new Place<>(parts.source, option, line);
  }

  private record Parts(Optional<String> source, String name, List<Point> points) {

    private static Parts of(String option, String typed, String form) {
      int equals = typed.lastIndexOf('=');
      List<Point> points = points(typed.substring(equals + 1));
      if (equals < 1 || points == null) {
        throw new OptionException("%s: expected %s".formatted(option, form));
      }
      String name = typed.substring(0, equals);
      int colon = name.lastIndexOf(':'); // a source may be called by its URL
      return colon < 0
          ? new Parts(Optional.empty(), name, points)
          : new Parts(Optional.of(name.substring(0, colon)), name.substring(colon + 1), points);
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

  private TypedPlaces() {}
}
