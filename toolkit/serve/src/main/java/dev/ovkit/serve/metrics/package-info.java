/** What a server counts, for Prometheus. */
@NullMarked
package dev.ovkit.serve.metrics;

import org.jspecify.annotations.NullMarked;
