package dev.ovkit.metadata;

import dev.ovkit.ir.MetadataSection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import java.util.Optional;

/**
 * One kind of {@link HeadLayout}: how it is read from an IR that names it, and recognised in one
 * that does not.
 */
public interface LayoutFormat {

  /** Returns the value of the key {@code layout} in an IR's metadata. */
  String name();

  /** Returns what a detector of the layout finds. */
  default DetectorSpec.Task task() {
    return DetectorSpec.Task.DETECT;
  }

  /**
   * Reads a layout from the metadata of an IR.
   *
   * @throws dev.ovkit.ModelException when a value is missing or makes no sense
   */
  HeadLayout read(MetadataSection info, int classes);

  /**
   * Recognises the layout by the outputs of an IR that does not name it; what remains a guess is
   * added to the assumptions.
   *
   * @return empty where the outputs have another form
   * @throws dev.ovkit.ModelException where they have this form and still cannot be read
   */
  default Optional<HeadLayout> recognise(UndescribedOutputs outputs) {
    return Optional.empty();
  }
}
