/**
 * What the files of an IR say, read without OpenVINO. Start at {@link dev.ovkit.ir.IrDescription}.
 */
@NullMarked
package dev.ovkit.ir;

import org.jspecify.annotations.NullMarked;
