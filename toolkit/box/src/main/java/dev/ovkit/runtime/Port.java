package dev.ovkit.runtime;

/**
 * An input or output of a model.
 *
 * @param index its place among the inputs, or among the outputs
 * @param name one of its tensor names; empty if it has none
 */
public record Port(int index, String name, Shape shape, ElementType type) {}
