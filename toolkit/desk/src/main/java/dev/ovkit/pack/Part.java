package dev.ovkit.pack;

import org.cyclonedx.model.Component;
import org.jspecify.annotations.Nullable;

/**
 * A piece of software in a bundle: a row of the table of sizes, and a component of the SBOM.
 *
 * @param row of the table, which several parts may share
 * @param licence an SPDX expression; null where it is the user's own affair
 * @param purl the package URL; null where there is no registry
 */
record Part(
    String row,
    Component.Type type,
    String name,
    @Nullable String version,
    @Nullable String licence,
    @Nullable String purl) {}
