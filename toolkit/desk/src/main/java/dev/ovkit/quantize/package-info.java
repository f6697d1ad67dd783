/**
 * INT8 without Python: an IR becomes 8 bit by what its tensors hold on pictures, and is let out
 * only if it still finds what it found. Start at {@link dev.ovkit.quantize.Quantizer}.
 *
 * <p>The formulae, their reasons and what was measured are in docs/quantize.md.
 */
@NullMarked
package dev.ovkit.quantize;

import org.jspecify.annotations.NullMarked;
