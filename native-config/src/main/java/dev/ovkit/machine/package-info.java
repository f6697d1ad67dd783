/**
 * This machine: its CPU, the processors that this process may use, and its quota. Nothing else
 * reads {@code /proc} and {@code /sys}.
 */
@NullMarked
package dev.ovkit.machine;

import org.jspecify.annotations.NullMarked;
