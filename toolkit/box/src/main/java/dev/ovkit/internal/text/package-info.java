/** Helpers for messages. */
@NullMarked
package dev.ovkit.internal.text;

import org.jspecify.annotations.NullMarked;
