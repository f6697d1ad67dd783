/**
 * What a detector is: its input, its heads, its labels and what must be done to a picture before
 * it; kept inside the IR. Start at {@link dev.ovkit.model.DetectorSpec}.
 */
@NullMarked
package dev.ovkit.model;

import org.jspecify.annotations.NullMarked;
