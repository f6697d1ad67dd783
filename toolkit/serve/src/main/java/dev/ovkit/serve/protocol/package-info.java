/** The Open Inference Protocol's requests and answers, apart from HTTP. */
@NullMarked
package dev.ovkit.serve.protocol;

import org.jspecify.annotations.NullMarked;
