package dev.ovkit.family;

/** Whether each row of a flat output is a candidate. */
public enum Rows {
  /** It is; they come by rising stride, then anchor, grid row, grid column. */
  IN_ORDER,
  /** They come otherwise, as when a transpose is missing: the shape is right, the rows are not. */
  SCRAMBLED,
  /** The way from the heads to the output could not be followed. */
  UNTRACED
}
