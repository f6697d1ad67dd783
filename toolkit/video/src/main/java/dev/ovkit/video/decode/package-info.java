/**
 * Reading and writing video: start at {@link dev.ovkit.video.decode.VideoSource} and {@link
 * dev.ovkit.video.decode.VideoReader}. Nothing else uses the FFmpeg bindings.
 */
@NullMarked
package dev.ovkit.video.decode;

import org.jspecify.annotations.NullMarked;
