package dev.ovkit.track;

import dev.ovkit.model.Box;

/**
 * Where a box is and how it moves: a Kalman filter with constant velocity over its centre, its
 * aspect ratio and its height, as in Wojke et al., <i>Simple Online and Realtime Tracking with a
 * Deep Association Metric</i>, ICIP 2017, which ByteTrack's paper uses.
 *
 * <p>The noise of one coordinate is independent of the others', so the filter of eight states is
 * four filters of two: a value and its velocity.
 */
final class BoxMotion {

  /**
   * Standard deviations in heights of the box: of a position, and of a velocity per frame; from the
   * program published with the paper.
   */
  private static final double POSITION = 1.0 / 20;

  private static final double VELOCITY = 1.0 / 160;

  /** Standard deviations of the aspect ratio, its measurement and its velocity; also from there. */
  private static final double ASPECT = 1e-2;

  private static final double MEASURED_ASPECT = 1e-1;
  private static final double ASPECT_VELOCITY = 1e-5;

  /** How much less is known of a position and a velocity at first; also from there. */
  private static final double FIRST_POSITION = 2;

  private static final double FIRST_VELOCITY = 10;

  /** A box without a height has no aspect ratio. */
  private static final double LEAST_HEIGHT = 1e-3;

  private final Value x;
  private final Value y;
  private final Value aspect;
  private final Value height;

  /** Begins at a box, at rest. */
  BoxMotion(Box box) {
    double tall = height(box);
    double position = square(FIRST_POSITION * POSITION * tall);
    double velocity = square(FIRST_VELOCITY * VELOCITY * tall);
    x = new Value(centreX(box), position, velocity);
    y = new Value(centreY(box), position, velocity);
    aspect = new Value(box.width() / tall, square(ASPECT), square(ASPECT_VELOCITY));
    height = new Value(tall, position, velocity);
  }

  /**
   * Moves on by a frame.
   *
   * @param seen whether it was seen on the last frame; else it keeps its size
   */
  void predict(boolean seen) {
    if (!seen) {
      height.velocity = 0;
    }
    double position = square(POSITION * height.value);
    double velocity = square(VELOCITY * height.value);
    x.predict(position, velocity);
    y.predict(position, velocity);
    aspect.predict(square(ASPECT), square(ASPECT_VELOCITY));
    height.predict(position, velocity);
  }

  /** Takes account of where it was seen. */
  void correct(Box box) {
    double noise = square(POSITION * height.value);
    double tall = height(box);
    x.correct(centreX(box), noise);
    y.correct(centreY(box), noise);
    aspect.correct(box.width() / tall, square(MEASURED_ASPECT));
    height.correct(tall, noise);
  }

  double left() {
    return x.value - width() / 2;
  }

  double top() {
    return y.value - height() / 2;
  }

  double width() {
    return Math.max(0, aspect.value * height());
  }

  double height() {
    return Math.max(0, height.value);
  }

  /** Returns where it should be. */
  Box box() {
    return new Box((float) left(), (float) top(), (float) width(), (float) height());
  }

  private static double centreX(Box box) {
    return box.x() + box.width() / 2.0;
  }

  private static double centreY(Box box) {
    return box.y() + box.height() / 2.0;
  }

  private static double height(Box box) {
    return Math.max(LEAST_HEIGHT, box.height());
  }

  private static double square(double number) {
    return number * number;
  }

  /** One value, its velocity, and how uncertain both are. */
  private static final class Value {
    double value;
    double velocity;
    double variance;
    double covariance;
    double velocityVariance;

    Value(double value, double variance, double velocityVariance) {
      this.value = value;
      this.variance = variance;
      this.velocityVariance = velocityVariance;
    }

    void predict(double noise, double velocityNoise) {
      value += velocity;
      variance += 2 * covariance + velocityVariance + noise;
      covariance += velocityVariance;
      velocityVariance += velocityNoise;
    }

    void correct(double measured, double noise) {
      double total = variance + noise;
      if (!(total > 0)) {
        return; // a box that has shrunk to nothing
      }
      double gain = variance / total;
      double velocityGain = covariance / total;
      double error = measured - value;
      value += gain * error;
      velocity += velocityGain * error;
      velocityVariance -= velocityGain * covariance;
      covariance -= gain * covariance;
      variance -= gain * variance;
    }
  }
}
