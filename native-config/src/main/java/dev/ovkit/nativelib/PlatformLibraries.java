package dev.ovkit.nativelib;

/**
 * The jar that carries the native libraries of one platform.
 *
 * <p>It has nothing to say: the libraries are found as resources. But on the module path a jar is
 * part of the program only if a module asks for it, and providing this service is what lets it be
 * found without {@code --add-modules}.
 */
public interface PlatformLibraries {}
