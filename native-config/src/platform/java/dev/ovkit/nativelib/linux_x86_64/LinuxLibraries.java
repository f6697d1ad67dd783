package dev.ovkit.nativelib.linux_x86_64;

import dev.ovkit.nativelib.PlatformLibraries;

/** The libraries in this jar. */
public final class LinuxLibraries implements PlatformLibraries {}
