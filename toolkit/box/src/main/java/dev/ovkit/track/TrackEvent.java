package dev.ovkit.track;

import java.time.Duration;

/** Something that an object did in a zone or at a line. */
public sealed interface TrackEvent {

  /** Returns the name of the camera. */
  String camera();

  /** Returns the time of the frame that decided it, counted as the caller counts. */
  Duration time();

  /** Returns the name of the zone or the line. */
  String place();

  /** An object is now inside a zone, whether it came in or first appeared there. */
  record Entered(String camera, Duration time, String place, TrackedObject object)
      implements TrackEvent {}

  /**
   * An object is no longer inside a zone, or its track has ended there.
   *
   * @param stayed from when it entered until it was last seen inside
   */
  record Left(String camera, Duration time, String place, TrackedObject object, Duration stayed)
      implements TrackEvent {}

  /**
   * An object has been inside a zone for as long as {@link Zone#dwell}; once a stay.
   *
   * @param stayed since it entered
   */
  record Dwelt(String camera, Duration time, String place, TrackedObject object, Duration stayed)
      implements TrackEvent {}

  /** An object has crossed a line. */
  record Crossed(
      String camera, Duration time, String place, TrackedObject object, Line.Direction direction)
      implements TrackEvent {}

  /**
   * The objects of a class that are inside a zone have changed in number.
   *
   * @param label the name of the class
   * @param inside how many there are now
   */
  record Occupied(String camera, Duration time, String place, String label, int inside)
      implements TrackEvent {}

  /**
   * The objects of a class that have crossed a line have changed in number.
   *
   * @param label the name of the class
   * @param leftToRight how many have crossed it this way since the beginning
   * @param rightToLeft how many have crossed it the other way
   */
  record Counted(
      String camera, Duration time, String place, String label, long leftToRight, long rightToLeft)
      implements TrackEvent {}
}
