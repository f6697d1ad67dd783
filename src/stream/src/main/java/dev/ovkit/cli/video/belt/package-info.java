/**
 * A conveyor belt that is drawn, not filmed: {@link dev.ovkit.cli.video.belt.BeltFilm} writes it.
 */
@NullMarked
package dev.ovkit.cli.video.belt;

import org.jspecify.annotations.NullMarked;
