/**
 * Reads, cuts and rewrites ONNX graphs: names, shapes, constants. Start at {@link
 * dev.ovkit.onnx.OnnxModel}.
 */
@NullMarked
package dev.ovkit.onnx;

import org.jspecify.annotations.NullMarked;
