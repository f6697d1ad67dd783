/**
 * Small files of ovkit's own, on desk and box: read as JSON, written whole or not at all. Start at
 * {@link dev.ovkit.files.JsonFile} and {@link dev.ovkit.files.WholeFile}.
 */
@NullMarked
package dev.ovkit.files;

import org.jspecify.annotations.NullMarked;
