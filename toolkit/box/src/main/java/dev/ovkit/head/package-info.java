/** What a detector's heads are made of, and the candidates that are read from them. */
@NullMarked
package dev.ovkit.head;

import org.jspecify.annotations.NullMarked;
