/** Groups of options that several commands share. */
@NullMarked
package dev.ovkit.cli.option;

import org.jspecify.annotations.NullMarked;
