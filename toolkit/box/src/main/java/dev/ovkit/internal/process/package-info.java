/** Helpers for work in other processes. */
@NullMarked
package dev.ovkit.internal.process;

import org.jspecify.annotations.NullMarked;
