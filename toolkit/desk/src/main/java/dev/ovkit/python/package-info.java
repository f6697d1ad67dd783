/**
 * Runs the few tools that exist only in Python (Model Optimizer, ovc, onnxsim), each in an
 * environment of its own that is pinned by hashes and made on first use.
 *
 * <p>Start at {@link dev.ovkit.python.PythonTools}. Nothing here runs unless one of these tools is
 * asked for: conversion and inference need no Python.
 */
@NullMarked
package dev.ovkit.python;

import org.jspecify.annotations.NullMarked;
