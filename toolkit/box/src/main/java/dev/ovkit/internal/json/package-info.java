/** What was found, in the forms that other programs read: JSON, COCO and CSV. */
@NullMarked
package dev.ovkit.internal.json;

import org.jspecify.annotations.NullMarked;
