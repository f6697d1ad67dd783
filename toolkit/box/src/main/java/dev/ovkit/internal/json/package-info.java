/** What was found, as JSON. */
@NullMarked
package dev.ovkit.internal.json;

import org.jspecify.annotations.NullMarked;
