package dev.ovkit.evaluate;

import dev.ovkit.model.Detection;

/** A detection and the category that its class is. */
record FoundObject(long category, Detection detection) {}
