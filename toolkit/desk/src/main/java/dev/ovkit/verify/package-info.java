/**
 * Compares two models on the same pictures, explains wrong boxes, and measures accuracy.
 *
 * <p>Start at {@link dev.ovkit.verify.Subject}: an ONNX or an IR that answers for a picture; for
 * accuracy, at {@link dev.ovkit.verify.CocoEvaluation}.
 */
@NullMarked
package dev.ovkit.verify;

import org.jspecify.annotations.NullMarked;
