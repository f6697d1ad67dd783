/** Finds the node where two models begin to differ. Start at {@link dev.ovkit.bisect.Bisector}. */
@NullMarked
package dev.ovkit.bisect;

import org.jspecify.annotations.NullMarked;
