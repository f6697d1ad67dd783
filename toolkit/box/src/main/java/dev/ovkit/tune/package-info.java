/**
 * Finds the settings with which a model is fastest on this machine. Start at {@link
 * dev.ovkit.tune.Tuner}.
 */
@NullMarked
package dev.ovkit.tune;

import org.jspecify.annotations.NullMarked;
