/**
 * The detector families: how each is recognised in a graph. Start at {@link
 * dev.ovkit.family.DetectorFamily}.
 */
@NullMarked
package dev.ovkit.family;

import org.jspecify.annotations.NullMarked;
