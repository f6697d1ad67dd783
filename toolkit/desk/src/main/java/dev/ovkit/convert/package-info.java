/**
 * Makes an OpenVINO IR of an ONNX: finds the heads, cuts, rewrites, bakes the preprocessing in and
 * keeps what a client must know inside the IR. Start at {@link dev.ovkit.convert.Converter}.
 */
@NullMarked
package dev.ovkit.convert;

import org.jspecify.annotations.NullMarked;
