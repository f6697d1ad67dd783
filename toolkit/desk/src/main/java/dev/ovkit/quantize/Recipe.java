package dev.ovkit.quantize;

/**
 * The two rules that decide whether a detector survives. Both are on; a test turns one off to see
 * that the gate notices.
 *
 * @param halfRange whether the first convolution's kernel has half its steps where the target needs
 *     it
 * @param rangePerChannel whether what only depthwise convolutions read has a range for each channel
 */
record Recipe(boolean halfRange, boolean rangePerChannel) {

  static final Recipe FULL = new Recipe(true, true);
}
