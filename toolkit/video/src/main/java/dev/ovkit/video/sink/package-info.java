/** Where results go: JSON lines, annotated films, metrics. */
@NullMarked
package dev.ovkit.video.sink;

import org.jspecify.annotations.NullMarked;
