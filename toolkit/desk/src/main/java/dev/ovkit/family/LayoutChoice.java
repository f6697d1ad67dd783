package dev.ovkit.family;

import dev.ovkit.model.HeadLayout;
import java.util.List;
import java.util.Optional;

/**
 * How boxes are read from a detector's outputs.
 *
 * @param layout empty if they cannot be read
 * @param remarks how it came to this, in order
 */
public record LayoutChoice(Optional<HeadLayout> layout, List<Remark> remarks) {

  public static final LayoutChoice NONE = new LayoutChoice(Optional.empty(), List.of());

  public LayoutChoice {
    remarks = List.copyOf(remarks);
  }

  static LayoutChoice of(HeadLayout layout, Remark... remarks) {
    return new LayoutChoice(Optional.of(layout), List.of(remarks));
  }
}
