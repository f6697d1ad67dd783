package dev.ovkit.convert;

/**
 * One thing that a conversion decided.
 *
 * @param what as in {@code outputs}
 * @param value as in {@code Conv_462, Conv_478, Conv_494}
 * @param why as in {@code the heads of a YOLOv5-type detector}
 */
public record Decision(String what, String value, String why) {}
