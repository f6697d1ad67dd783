/** Printers: results as tables for people, and as JSON or CSV for programs. */
@NullMarked
package dev.ovkit.cli.print;

import org.jspecify.annotations.NullMarked;
