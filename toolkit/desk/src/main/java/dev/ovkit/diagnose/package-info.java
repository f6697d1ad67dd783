/**
 * Finds out why a detector's boxes are wrong: reads the same IR in other ways until the boxes fit.
 *
 * <p>Start at {@link dev.ovkit.diagnose.Diagnosis#of}. A {@code Reading} is everything that a
 * client does before and after the network; a {@code Hypothesis} changes one setting of it; an
 * {@code Evidence} says how well the boxes of a reading fit. Other readings of outputs need no
 * inference; other inputs need one each.
 */
@NullMarked
package dev.ovkit.diagnose;

import org.jspecify.annotations.NullMarked;
