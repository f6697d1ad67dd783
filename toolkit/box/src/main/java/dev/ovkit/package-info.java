/**
 * The errors of ovkit, one sealed family: what failed, on which input, what was expected, what to
 * do.
 */
@NullMarked
package dev.ovkit;

import org.jspecify.annotations.NullMarked;
