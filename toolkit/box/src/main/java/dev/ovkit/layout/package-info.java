/**
 * The output layouts, one file each: its data, how an IR stores it, how it is recognised, how it is
 * decoded. {@link dev.ovkit.layout.Layouts} lists them; nothing outside takes one apart.
 *
 * <p>To add a layout, write a record that implements {@link dev.ovkit.model.HeadLayout} and its
 * {@link dev.ovkit.metadata.LayoutFormat}, and add the format to the list.
 */
@NullMarked
package dev.ovkit.layout;

import org.jspecify.annotations.NullMarked;
