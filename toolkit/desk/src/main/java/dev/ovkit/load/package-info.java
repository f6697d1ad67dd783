/**
 * Measures a server under load: pictures are posted at a constant rate, whether or not the server
 * keeps up.
 *
 * <p>Start at {@link dev.ovkit.load.LoadGenerator}.
 */
@NullMarked
package dev.ovkit.load;

import org.jspecify.annotations.NullMarked;
