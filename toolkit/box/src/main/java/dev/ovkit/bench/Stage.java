package dev.ovkit.bench;

/** A part of the way from a picture's file to its boxes. */
public enum Stage {
  /** From the file to pixels. */
  DECODE,
  /** From pixels to the network's input. */
  PREPROCESS,
  /** The network. */
  INFER,
  /** From its outputs to boxes. */
  POSTPROCESS,
  /** All of it: how long the caller of the library waits. */
  END_TO_END
}
