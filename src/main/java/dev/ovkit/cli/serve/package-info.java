/** What the command {@code serve} asks of the module that serves. */
@NullMarked
package dev.ovkit.cli.serve;

import org.jspecify.annotations.NullMarked;
