/**
 * OpenVINO, safely: a {@link dev.ovkit.runtime.Core} reads a {@link dev.ovkit.runtime.Model} and
 * compiles it; a {@link dev.ovkit.runtime.CompiledModel} makes {@link
 * dev.ovkit.runtime.InferRequest}s, each with its own tensors.
 *
 * <p>Every handle may be closed twice, refuses use after close, refuses to be closed while one of
 * its calls runs, and is freed by a {@link java.lang.ref.Cleaner} if it is forgotten. A child keeps
 * working after its parent is closed. Core, model and compiled model may be shared by threads; an
 * infer request belongs to one thread at a time.
 */
@NullMarked
package dev.ovkit.runtime;

import org.jspecify.annotations.NullMarked;
