/** What {@code ovkit stream} is asked for, apart from the module that does it. */
@NullMarked
package dev.ovkit.cli.stream;

import org.jspecify.annotations.NullMarked;
