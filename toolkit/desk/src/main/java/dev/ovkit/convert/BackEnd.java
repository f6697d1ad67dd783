package dev.ovkit.convert;

/**
 * Which converter turns the graph into OpenVINO's. Each gets the same graph, cut and rewritten, and
 * the IR has the same inputs, outputs and metadata whichever it was.
 */
public enum BackEnd {
  /** OpenVINO's own reader of ONNX, in this process; the default, needs no Python. */
  NATIVE,
  /** The legacy Model Optimizer, for those who must match an older pipeline. */
  MO,
  /** OpenVINO's converter in Python. */
  OVC
}
