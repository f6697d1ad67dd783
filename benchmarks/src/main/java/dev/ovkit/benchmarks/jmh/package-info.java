/** JMH benchmarks of what surrounds the network: decoding heads, pictures, garbage. */
@NullMarked
package dev.ovkit.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
