package dev.ovkit.cli.option;

import dev.ovkit.head.Anchor;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What an IR made by another program may not say about itself. */
@HelpGroup.In(HelpGroup.PREPROCESSING)
public final class IrOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--input-colour",
      paramLabel = "ORDER",
      converter = Choices.Colour.class,
      completionCandidates = Choices.Colour.class,
      description =
          "Channel order that the IR expects: BGR or RGB. Default: the order that the IR's metadata names.")
  private @Nullable Colour colour;

  @Option(
      names = "--anchors",
      paramLabel = "W,H W,H …",
      description =
          "Anchors of all heads, starting with the smallest stride. For an IR that does not contain its anchors.")
  private @Nullable String anchors;

  public boolean given() {
    return colour != null || anchors != null;
  }

  /** Returns the detector with what was given here in place of its own settings. */
  public DetectorSpec applyTo(DetectorSpec detector) {
    DetectorSpec changed = detector;
    if (colour != null) {
      changed = changed.withInputColour(colour);
    }
    if (anchors == null) {
      return changed;
    }
    try {
      return changed.withLayout(changed.layout().withAnchors(anchors(spec, anchors)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--anchors '%s': %s".formatted(anchors, e.getMessage()), e);
    }
  }

  /** Reads pairs of sides. */
  static List<Anchor> anchors(CommandSpec spec, String text) {
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
          "--anchors '%s': expected pairs such as '10,13 16,30 33,23'".formatted(text),
          e);
    }
  }
}
