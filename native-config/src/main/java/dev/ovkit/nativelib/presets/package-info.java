/** What JavaCPP's parser and builder are to make of each native library; read at build time. */
@NullMarked
package dev.ovkit.nativelib.presets;

import org.jspecify.annotations.NullMarked;
