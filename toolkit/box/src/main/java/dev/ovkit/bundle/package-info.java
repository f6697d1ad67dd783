/**
 * Bundles on a box: who made them, whether they are whole, how they are installed and left again.
 * Start at {@link dev.ovkit.bundle.Installer}; a bundle is made on the desk, by {@code
 * dev.ovkit.pack}.
 *
 * <p>A bundle is a folder, or a {@code .tar.xz} that holds the same below one folder {@code
 * NAME-VERSION}:
 *
 * <pre>
 * manifest.json   {@link dev.ovkit.bundle.Manifest}: names every file but itself and the signature
 * manifest.sig    {@link dev.ovkit.bundle.Signature} over the bytes of manifest.json
 * bin/ovkit       the launcher; gives the JVM the folder as -Dovkit.bundle.dir
 * golden/golden.json, golden/*.jpg   {@link dev.ovkit.bundle.Golden}: pictures, and what is on them
 * model/model.xml, model/model.bin   the IR
 * …               libraries, JRE, licences, SBOM: whatever the manifest names
 * </pre>
 *
 * <p>In an archive {@code manifest.json} and, if there is one, {@code manifest.sig} come first,
 * before every other file (folders may be anywhere), so that nothing unsigned is written to the
 * box. It holds files and folders only. It is compressed with a dictionary of at most 8 MiB, so
 * that a small box can read it.
 */
@NullMarked
package dev.ovkit.bundle;

import org.jspecify.annotations.NullMarked;
