/**
 * The service on an edge box: pictures dropped into a folder become results in another, each
 * exactly once, whatever happens in between. Start at {@link dev.ovkit.watch.FolderWatch}; the
 * folders that a picture goes through are described at {@code Spool}.
 */
@NullMarked
package dev.ovkit.watch;

import org.jspecify.annotations.NullMarked;
