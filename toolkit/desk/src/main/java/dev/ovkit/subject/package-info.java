/**
 * A model that answers for a picture: an ONNX in ONNX Runtime, or an IR in OpenVINO. Start at
 * {@link dev.ovkit.subject.Subject}.
 */
@NullMarked
package dev.ovkit.subject;

import org.jspecify.annotations.NullMarked;
