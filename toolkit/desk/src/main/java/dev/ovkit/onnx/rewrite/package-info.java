/**
 * Exact rewrites of ONNX graphs, one class each. Start at {@link dev.ovkit.onnx.rewrite.Rewrites},
 * which lists them in their order.
 */
@NullMarked
package dev.ovkit.onnx.rewrite;

import org.jspecify.annotations.NullMarked;
