/**
 * Compares two models on the same pictures, explains wrong boxes, and measures accuracy.
 *
 * <p>Start at {@link dev.ovkit.verify.Verifier}, which compares two models, at {@link
 * dev.ovkit.evaluate.CocoEvaluation} for accuracy, or below both at {@link
 * dev.ovkit.subject.Subject}: an ONNX or an IR that answers for a picture.
 */
@NullMarked
package dev.ovkit.verify;

import org.jspecify.annotations.NullMarked;
