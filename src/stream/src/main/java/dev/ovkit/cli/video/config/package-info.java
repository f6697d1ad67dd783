/**
 * Reads what {@code ovkit stream} does from a file: {@link dev.ovkit.cli.video.config.ConfigFile}.
 */
@NullMarked
package dev.ovkit.cli.video.config;

import org.jspecify.annotations.NullMarked;
