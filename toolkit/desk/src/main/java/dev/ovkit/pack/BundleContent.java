package dev.ovkit.pack;

import java.nio.file.Path;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;

/**
 * A bundle that is finished, for a format to write.
 *
 * @param folder with all of its files
 * @param options what it was made of
 * @param mtime the one time of all its files, in seconds
 * @param rows says for a path to which row of the table of sizes it counts
 * @param progress receives the fraction written, rising to 1
 */
record BundleContent(
    Path folder,
    PackageOptions options,
    long mtime,
    UnaryOperator<String> rows,
    DoubleConsumer progress) {}
