/**
 * Measures accuracy: COCO's mean average precision. Start at {@link
 * dev.ovkit.evaluate.CocoEvaluation}.
 */
@NullMarked
package dev.ovkit.evaluate;

import org.jspecify.annotations.NullMarked;
