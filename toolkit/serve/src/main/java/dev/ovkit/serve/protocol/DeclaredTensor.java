package dev.ovkit.serve.protocol;

import java.util.List;

/**
 * What is known of an input or an output before a request.
 *
 * @param shape -1 for a side that depends on the request
 */
public record DeclaredTensor(String name, Datatype type, List<Integer> shape) {}
