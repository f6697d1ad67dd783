/** A small pull parser for the XML of an IR. Start at {@link dev.ovkit.internal.xml.XmlReader}. */
@NullMarked
package dev.ovkit.internal.xml;

import org.jspecify.annotations.NullMarked;
