package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.family.Families;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.model.Colour;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a model is where its graph does not say it: its family by name, or its layout by hand. */
@HelpGroup.In(HelpGroup.DESCRIPTION)
public final class DescriptionOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** The families that can be named. */
  private static final class FamilyNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Families.names().iterator();
    }
  }

  /** The layouts that can be described. */
  private static final class LayoutNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ModelDescription.LAYOUTS.iterator();
    }
  }

  /** Which four numbers a box is. */
  private enum Boxes {
    XYXY,
    CXCYWH
  }

  /** Reads {@link Boxes}. */
  private static final class BoxKinds extends Choice<Boxes> {
    BoxKinds() {
      super(Boxes.class, Map.of());
    }
  }

  /** What scores are. */
  private enum Scores {
    PROBABILITIES,
    LOGITS
  }

  /** Reads {@link Scores}. */
  private static final class ScoreKinds extends Choice<Scores> {
    ScoreKinds() {
      super(Scores.class, Map.of());
    }
  }

  @Option(
      names = "--family",
      paramLabel = "NAME",
      completionCandidates = FamilyNames.class,
      description =
          "The model's family, where its graph fits several, as raw maps with anchors do: ${COMPLETION-CANDIDATES}. Default: what the graph shows.")
  private @Nullable String family;

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      completionCandidates = LayoutNames.class,
      description =
          "How the outputs of an unknown model hold its boxes: ${COMPLETION-CANDIDATES}. 'ovkit inspect' proposes what fits their shapes.")
  private @Nullable String layout;

  @Option(
      names = "--boxes",
      paramLabel = "NUMBERS",
      converter = BoxKinds.class,
      completionCandidates = BoxKinds.class,
      description =
          "With --layout: xyxy or cxcywh. Default: xyxy for end-to-end, cxcywh for the others.")
  private @Nullable Boxes boxes;

  @Option(
      names = "--normalised",
      description =
          "With --layout: box coordinates are fractions of the input size, 0..1, not pixels.")
  private boolean normalised;

  @Option(
      names = "--scores",
      paramLabel = "KIND",
      converter = ScoreKinds.class,
      completionCandidates = ScoreKinds.class,
      description =
          "With --layout: probabilities, or logits that still need a sigmoid. Default:"
              + " probabilities; raw-heads always holds logits.")
  private @Nullable Scores scores;

  @Option(
      names = "--suppressed",
      description =
          "With --layout boxes-and-scores: the model leaves one box per object, so that infer"
              + " suppresses none.")
  private boolean suppressed;

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "With --layout: the number of classes, where no shape shows it.")
  private @Nullable Integer classes;

  @Option(
      names = "--first-class",
      paramLabel = "N",
      description =
          "With --layout end-to-end: the number by which the rows call the first class, 0 or 1."
              + " Default: 0.")
  private int firstClass;

  @Option(
      names = "--anchors",
      paramLabel = "W,H W,H …",
      description =
          "With --layout raw-heads: the anchors of all heads, smallest stride first. Default: YOLOv5's.")
  private @Nullable String anchors;

  @Option(
      names = "--model-colour",
      paramLabel = "ORDER",
      converter = Choices.Colour.class,
      completionCandidates = Choices.Colour.class,
      description =
          "Channel order that the network was trained with: BGR or RGB. Default: what its family"
              + " uses.")
  private @Nullable Colour colour;

  private OptionalInt classes(int names) {
    if (classes != null) {
      return OptionalInt.of(classes);
    }
    return layout == null || names == 0 ? OptionalInt.empty() : OptionalInt.of(names);
  }

  /**
   * Returns what was said; nothing if nothing was.
   *
   * @param names how many class names were given; 0 if none
   */
  public ModelDescription description(int names) {
    if (classes != null && classes < 1) {
      throw new ParameterException(
          spec.commandLine(), "--classes %d: expected at least 1".formatted(classes));
    }
    if (firstClass != 0 && firstClass != 1) {
      throw new ParameterException(
          spec.commandLine(), "--first-class %d: expected 0 or 1".formatted(firstClass));
    }
    try {
      return new ModelDescription(
          family == null ? "" : family,
          layout == null ? "" : layout,
          Optional.ofNullable(boxes).map(Boxes.XYXY::equals),
          normalised,
          scores == Scores.LOGITS,
          suppressed,
          classes(names),
          firstClass == 1,
          anchors == null ? List.of() : IrOptions.anchors(spec, anchors),
          Optional.ofNullable(colour));
    } catch (OptionException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
