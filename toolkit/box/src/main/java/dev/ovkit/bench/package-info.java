/**
 * Measures detectors as an application sees them. Start at {@link dev.ovkit.bench.Benchmark};
 * {@link dev.ovkit.bench.RegressionGate} compares with an earlier run.
 *
 * <p>All times are milliseconds of the wall clock. Models are measured in turn, pass by pass, so
 * that whatever slows the machine slows all of them, in an order drawn for each round; each picture
 * is decoded anew in each pass, so that the caches hold what they hold in an application. Compare
 * ratios, not times.
 */
@NullMarked
package dev.ovkit.bench;

import org.jspecify.annotations.NullMarked;
