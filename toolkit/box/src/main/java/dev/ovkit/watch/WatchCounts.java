package dev.ovkit.watch;

/**
 * What a {@link FolderWatch} did.
 *
 * @param done pictures whose results came out
 * @param setAside files put into {@code IN/failed}
 * @param unfinished pictures that were begun and are left for the next start
 * @param left files that could not be taken from the folder
 */
public record WatchCounts(long done, long setAside, long unfinished, long left) {}
