package dev.ovkit.video.engine;

/**
 * What became of a camera's frames. Each decoded frame is one of {@code detected}, {@code
 * unneeded}, {@code dropped}, {@code still}, {@code unreadable}, or still in progress.
 *
 * @param camera the camera's name
 * @param state what it does now
 * @param decoded frames that were decoded
 * @param skipped frames that were not decoded, because nobody needed them
 * @param detected frames that the detector has seen
 * @param unneeded frames beyond the detections a second that were asked for
 * @param dropped frames that came while the detector was busy, and gave way to newer ones
 * @param missed detections that were due and did not happen because of that
 * @param still frames that the motion gate left out
 * @param unreadable frames of a damaged stream that cannot be scaled
 * @param reconnects how often it was opened again
 */
public record CameraCounts(
    String camera,
    CameraEvent.State state,
    long decoded,
    long skipped,
    long detected,
    long unneeded,
    long dropped,
    long missed,
    long still,
    long unreadable,
    long reconnects) {}
