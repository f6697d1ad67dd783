/**
 * The programs behind the scripts of this folder: each measures what a page of the documentation
 * says. Start at {@link dev.ovkit.benchmarks.BenchmarkProgram}.
 */
@NullMarked
package dev.ovkit.benchmarks;

import org.jspecify.annotations.NullMarked;
