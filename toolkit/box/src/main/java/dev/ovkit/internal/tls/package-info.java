/** TLS with certificates of one's own. */
@NullMarked
package dev.ovkit.internal.tls;

import org.jspecify.annotations.NullMarked;
