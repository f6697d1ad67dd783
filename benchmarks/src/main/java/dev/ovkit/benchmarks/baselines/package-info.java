/**
 * ovkit against what else could run the same model. Start at {@link
 * dev.ovkit.benchmarks.baselines.Baselines}.
 */
@NullMarked
package dev.ovkit.benchmarks.baselines;

import org.jspecify.annotations.NullMarked;
