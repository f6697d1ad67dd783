/**
 * This machine: its CPU, the processors that this process may use, its quota, its load, its C
 * library. Nothing else reads {@code /proc} and {@code /sys}.
 */
@NullMarked
package dev.ovkit.machine;

import org.jspecify.annotations.NullMarked;
