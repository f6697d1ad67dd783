package dev.ovkit.cli.option;

import dev.ovkit.CompileOptions;
import dev.ovkit.model.Resize;
import java.util.Map;

/** What can be chosen by a word, in commands for the desk and for the box. */
public final class Choices {

  /** The arithmetic. */
  public static final class Precision extends Choice<CompileOptions.Precision> {
    public Precision() {
      super(
          CompileOptions.Precision.class,
          Map.of(
              "fp32", CompileOptions.Precision.F32,
              "float", CompileOptions.Precision.F32));
    }
  }

  /** What settings are best for. */
  public static final class Target extends Choice<CompileOptions.Hint> {
    public Target() {
      super(CompileOptions.Hint.class, Map.of());
    }
  }

  /** The order of colour channels. */
  public static final class Colour extends Choice<dev.ovkit.model.Colour> {
    public Colour() {
      super(dev.ovkit.model.Colour.class, Map.of(), Enum::name);
    }
  }

  /** How a picture is scaled. */
  public static final class Interpolation extends Choice<Resize.Interpolation> {
    public Interpolation() {
      super(Resize.Interpolation.class, Map.of("cubic", Resize.Interpolation.BICUBIC));
    }
  }

  /** Where a picture goes in the network's input. */
  public static final class Letterbox extends Choice<Resize.Mode> {
    public Letterbox() {
      super(Resize.Mode.class, Map.of("center", Resize.Mode.LETTERBOX_CENTRE), Resize.Mode::word);
    }
  }

  private Choices() {}
}
