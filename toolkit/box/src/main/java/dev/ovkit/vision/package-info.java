/**
 * Pictures and frames in, detections out. Start at {@link dev.ovkit.vision.Detector}; {@link
 * dev.ovkit.picture.Picture} draws and writes.
 */
@NullMarked
package dev.ovkit.vision;

import org.jspecify.annotations.NullMarked;
