/**
 * Edits models by OpenVINO's own means: cut, save, quantise. For the desk alone. Start at {@link
 * dev.ovkit.surgery.ModelEditor}.
 */
@NullMarked
package dev.ovkit.surgery;

import org.jspecify.annotations.NullMarked;
