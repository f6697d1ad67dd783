/** Many cameras, one detector: start at {@link dev.ovkit.video.engine.StreamEngine}. */
@NullMarked
package dev.ovkit.video.engine;

import org.jspecify.annotations.NullMarked;
