/**
 * The errors of ovkit, each of which says what failed, on which input, what was expected and what
 * to do; and {@link dev.ovkit.CompileOptions}, which the detector and the runtime share.
 */
@NullMarked
package dev.ovkit;

import org.jspecify.annotations.NullMarked;
