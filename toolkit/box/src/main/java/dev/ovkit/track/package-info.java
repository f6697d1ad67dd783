/**
 * Follows objects from frame to frame, and reports what they do in zones and at lines. Start at
 * {@link dev.ovkit.track.Tracker}.
 */
@NullMarked
package dev.ovkit.track;

import org.jspecify.annotations.NullMarked;
