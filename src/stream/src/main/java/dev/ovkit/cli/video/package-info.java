/** What {@code ovkit stream} does. */
@NullMarked
package dev.ovkit.cli.video;

import org.jspecify.annotations.NullMarked;
