/**
 * How an IR stores what a detector is, and how that is derived from an IR that does not say it.
 * Start at {@link dev.ovkit.metadata.DerivedSpec}.
 */
@NullMarked
package dev.ovkit.metadata;

import org.jspecify.annotations.NullMarked;
