/**
 * Pairs the boxes of two results and reports how they differ. Start at {@link
 * dev.ovkit.compare.Comparison}.
 */
@NullMarked
package dev.ovkit.compare;

import org.jspecify.annotations.NullMarked;
