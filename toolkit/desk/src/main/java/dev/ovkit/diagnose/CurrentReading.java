package dev.ovkit.diagnose;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.network.Postprocessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An IR as its metadata and ovkit's assumptions have it read. */
final class CurrentReading {

  private final IrDescription ir;
  private final Network network;
  private final List<String> notes;

  /** What the metadata says; null if it cannot be read. */
  @Nullable DetectorSpec spec;

  /** Why the IR cannot be read; null if it can. */
  @Nullable String unreadable;

  /** The reading with the size that the IR takes, where the metadata names another. */
  @Nullable Reading corrected;

  boolean assumed;
  boolean inputIsAssumed;

  /**
   * @param notes gets what is assumed
   */
  CurrentReading(IrDescription ir, Network network, List<String> notes) {
    this.ir = ir;
    this.network = network;
    this.notes = notes;
    derive();
  }

  private void derive() {
    try {
      DerivedSpec found = DerivedSpec.of(ir, Layouts.ALL);
      if (found.spec().layout().isLazy()) {
        throw new OptionException(
            "%s: it has lazy heads, which diagnose cannot read in other ways; convert the same ONNX without --heads lazy and diagnose that"
                .formatted(ir.xml()));
      }
      spec = found.spec();
      assumed = !found.assumptions().isEmpty();
      inputIsAssumed = found.inputIsAssumed();
      found
          .assumptions()
          .forEach(a -> notes.add("assumed, because the IR does not say it: " + a.sentence()));
    } catch (ModelException e) {
      unreadable = e.getMessage();
    }
  }

  /** Returns how it is read; null if it cannot, and {@link #unreadable} says why. */
  @Nullable Reading reading(Structures structures, Evidence evidence) {
    DetectorSpec known = spec;
    if (known == null) {
      return null;
    }
    if (known.inputWidth() != network.width() || known.inputHeight() != network.height()) {
      unreadable =
          "the metadata says that the input is %dx%d, but the IR takes %dx%d"
              .formatted(
                  known.inputWidth(), known.inputHeight(), network.width(), network.height());
      try {
        corrected = read(known, structures, evidence);
      } catch (ModelException e) {
        notes.add("with the size that the IR takes, " + e.getMessage());
      }
    } else {
      try {
        new Postprocessor(
            known,
            DetectOptions.defaults(),
            name ->
                ir.outputs().stream()
                    .filter(o -> o.names().contains(name) || o.name().equals(name))
                    .findFirst()
                    .orElseThrow(
                        () -> new ModelException("the IR has no output '%s'".formatted(name)))
                    .shape());
      } catch (ModelException e) {
        unreadable = e.getMessage();
      }
    }
    if (unreadable != null) {
      return null;
    }
    return read(known, structures, evidence);
  }

  private Reading read(DetectorSpec spec, Structures structures, Evidence evidence) {
    return new Reading(
        new InputReading(
            spec.inputColour(), spec.normalization(), spec.resize(), network.arrangement()),
        structures.of(spec),
        spec.labels(),
        evidence.confidence(),
        DetectorSpec.DEFAULT_IOU);
  }

  /** The input of an IR that 'ovkit convert' makes. */
  static Reading contract(Reading present) {
    InputReading input = present.input().with(Colour.BGR).with(Normalization.NONE);
    return new Reading(
        input, present.output(), present.labels(), present.confidence(), present.iou());
  }
}
