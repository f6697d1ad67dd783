/**
 * Reads, cuts and rewrites ONNX graphs: names, shapes, detection heads, anchors. Start at {@link
 * dev.ovkit.onnx.OnnxModel}; what kind of detector a model is says {@link
 * dev.ovkit.family.DetectorFamily}.
 */
@NullMarked
package dev.ovkit.onnx;

import org.jspecify.annotations.NullMarked;
