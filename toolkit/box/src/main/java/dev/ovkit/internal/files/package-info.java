/**
 * Small files of ovkit's own, on desk and box: read as JSON, written whole or not at all. Start at
 * {@link dev.ovkit.internal.files.JsonFile} and {@link dev.ovkit.internal.files.WholeFile}.
 */
@NullMarked
package dev.ovkit.internal.files;

import org.jspecify.annotations.NullMarked;
