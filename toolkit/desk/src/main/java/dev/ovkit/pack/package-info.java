/**
 * Makes of an IR what goes to an edge box: a bundle with all that it needs to run there, or a
 * Debian package of it, or a repository for OpenVINO Model Server. Start at {@link
 * dev.ovkit.pack.Packager}.
 */
@NullMarked
package dev.ovkit.pack;

import org.jspecify.annotations.NullMarked;
