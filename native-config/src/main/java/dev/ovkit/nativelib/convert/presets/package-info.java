/**
 * What JavaCPP is to make of the desk's library; it and its bindings travel in a jar of their own.
 */
@NullMarked
package dev.ovkit.nativelib.convert.presets;

import org.jspecify.annotations.NullMarked;
