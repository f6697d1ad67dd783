/**
 * Makes of an IR what goes to an edge box: a bundle with all that it needs to run there, or a
 * repository for OpenVINO Model Server.
 */
@NullMarked
package dev.ovkit.pack;

import org.jspecify.annotations.NullMarked;
