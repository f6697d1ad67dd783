/**
 * Pages and metrics for a browser or a collector: start at {@link dev.ovkit.video.http.LocalPages}.
 */
@NullMarked
package dev.ovkit.video.http;

import org.jspecify.annotations.NullMarked;
