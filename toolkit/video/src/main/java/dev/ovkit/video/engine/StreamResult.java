package dev.ovkit.video.engine;

import dev.ovkit.model.Detections;
import java.time.Duration;
import java.time.Instant;

/**
 * What was found on one frame.
 *
 * @param camera the camera's name
 * @param frame how many frames came before it since the camera was opened
 * @param time when the frame is shown, counted from the camera's first one
 * @param wallClock when the frame was decoded
 * @param age how long ago that was when the result was ready
 * @param detections what was found, in pixels of the frame
 */
public record StreamResult(
    String camera,
    long frame,
    Duration time,
    Instant wallClock,
    Duration age,
    Detections detections) {}
