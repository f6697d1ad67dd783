package dev.ovkit.track;

import dev.ovkit.OptionException;

/**
 * When an object counts as inside a zone or beyond a line.
 *
 * @param anchor the point of its box that decides
 * @param settleFrames on how many frames in a row it must be seen there: boxes shake, and at a
 *     border each shake would be an event
 */
public record ZoneOptions(BoxAnchor anchor, int settleFrames) {

  public ZoneOptions {
    if (settleFrames < 1) {
      throw new OptionException(
          "frames until an object has changed its place: %d, expected 1 or more"
              .formatted(settleFrames));
    }
  }

  /** The bottom centre, on two frames in a row. */
  public static ZoneOptions defaults() {
    return new ZoneOptions(BoxAnchor.BOTTOM, 2);
  }

  public ZoneOptions withAnchor(BoxAnchor point) {
    return new ZoneOptions(point, settleFrames);
  }

  public ZoneOptions withSettleFrames(int frames) {
    return new ZoneOptions(anchor, frames);
  }
}
