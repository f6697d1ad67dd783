/** Who may ask, and how that is kept from others: tokens and certificates. */
@NullMarked
package dev.ovkit.serve.access;

import org.jspecify.annotations.NullMarked;
