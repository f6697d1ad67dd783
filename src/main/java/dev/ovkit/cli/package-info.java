/**
 * The {@code ovkit} command: each command parses, calls the library once and prints. Results go to
 * stdout, everything else to stderr. Start at {@link dev.ovkit.cli.Main}.
 */
@NullMarked
package dev.ovkit.cli;

import org.jspecify.annotations.NullMarked;
