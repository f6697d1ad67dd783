/** What {@code ovkit serve} does. */
@NullMarked
package dev.ovkit.cli.server;

import org.jspecify.annotations.NullMarked;
