package dev.ovkit.evaluate;

import java.util.List;

/**
 * The key points of an object, as a person marked them.
 *
 * @param points in the order of the data set
 * @param labelled how many are marked; an object without any counts neither for nor against
 */
public record TruthPose(List<Point> points, int labelled) {

  /**
   * One key point.
   *
   * @param x in pixels of the picture
   * @param y in pixels of the picture
   * @param labelled whether it is marked, seen or hidden
   */
  public record Point(double x, double y, boolean labelled) {}

  public TruthPose {
    points = List.copyOf(points);
  }

  static TruthPose of(List<Point> points) {
    return new TruthPose(points, (int) points.stream().filter(Point::labelled).count());
  }
}
