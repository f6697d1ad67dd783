package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.OnnxModel;
import java.util.Map;

/**
 * A model after exact rewriting.
 *
 * @param fired how often each rewrite fired, in the order in which they are tried; those that never
 *     did are left out
 */
public record Rewritten(OnnxModel model, Map<String, Integer> fired) {}
