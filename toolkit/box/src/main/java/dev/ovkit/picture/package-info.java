/**
 * Pictures and frames: decoding, letterboxing, drawing. Start at {@link dev.ovkit.picture.Picture}.
 * Nothing else uses the OpenCV bindings.
 */
@NullMarked
package dev.ovkit.picture;

import org.jspecify.annotations.NullMarked;
