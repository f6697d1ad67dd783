/**
 * Pairs the boxes of two results and says how they differ. Start at {@link
 * dev.ovkit.match.Comparison}.
 */
@NullMarked
package dev.ovkit.match;

import org.jspecify.annotations.NullMarked;
