package dev.ovkit.cli.option;

import dev.ovkit.model.Anchor;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What an IR from elsewhere may not tell of itself: the same options wherever one is run. */
public final class IrOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--input-colour",
      paramLabel = "ORDER",
      description = "The channel order that the IR takes: BGR or RGB. Default: the IR's.")
  private @Nullable String colour;

  @Option(
      names = "--anchors",
      paramLabel = "W,H W,H …",
      description =
          "The anchors of all heads by rising stride, for an IR that does not tell its own.")
  private @Nullable String anchors;

  public boolean given() {
    return colour != null || anchors != null;
  }

  /** Returns the detector with what was given here in place of what it says itself. */
  public DetectorSpec applyTo(DetectorSpec detector) {
    DetectorSpec changed = detector;
    if (colour != null) {
      changed =
          switch (colour.toUpperCase(Locale.ROOT)) {
            case "BGR" -> changed.withInputColour(Colour.BGR);
            case "RGB" -> changed.withInputColour(Colour.RGB);
            default ->
                throw new ParameterException(
                    spec.commandLine(), "--input-colour %s: expected BGR or RGB".formatted(colour));
          };
    }
    if (anchors == null) {
      return changed;
    }
    try {
      return changed.withLayout(changed.layout().withAnchors(anchors(anchors)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--anchors '%s': %s".formatted(anchors, e.getMessage()), e);
    }
  }

  private List<Anchor> anchors(String text) {
    try {
      List<Anchor> parsed = new ArrayList<>();
      for (String pair : text.strip().split("\\s+", -1)) {
        String[] sides = pair.split(",", -1);
        parsed.add(new Anchor(Float.parseFloat(sides[0]), Float.parseFloat(sides[1])));
      }
      return parsed;
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--anchors '%s': expected pairs such as '10,13 16,30 33,23'".formatted(anchors),
          e);
    }
  }
}
