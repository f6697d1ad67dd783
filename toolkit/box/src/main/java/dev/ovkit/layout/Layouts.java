package dev.ovkit.layout;

import dev.ovkit.head.BoxCoding;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.HeadLayout;
import java.util.List;

/** The layouts that ovkit knows. */
public final class Layouts {

  /** All of them; in this order they are tried on an IR that names none. */
  public static final List<LayoutFormat> ALL =
      List.of(
          RawHeads.FORMAT,
          LazyHeads.FORMAT,
          FlatRows.FORMAT,
          FlatColumns.FORMAT,
          EndToEnd.FORMAT,
          BoxesAndScores.FORMAT,
          DistributionHeads.FORMAT,
          Segments.FORMAT,
          Poses.FORMAT,
          RotatedBoxes.FORMAT,
          RankedClasses.FORMAT);

  /** Returns the layout of an output that was decoded in the graph. */
  public static HeadLayout columns(String output, int classes) {
    return new FlatColumns(output, classes);
  }

  /** Returns the layout of rows whose boxes are in pixels and whose scores are done. */
  public static HeadLayout pixelRows(String output, int classes) {
    return pixelRows(output, false, classes);
  }

  /** Returns the layout of rows whose boxes are in pixels; scores may be logits still. */
  public static HeadLayout pixelRows(String output, boolean logits, int classes) {
    return new FlatRows(output, BoxCoding.PIXELS, logits, List.of(), classes);
  }

  private Layouts() {}
}
