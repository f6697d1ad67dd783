/**
 * A server that answers pictures with what is on them: start at {@link
 * dev.ovkit.serve.DetectionServer}.
 */
@NullMarked
package dev.ovkit.serve;

import org.jspecify.annotations.NullMarked;
