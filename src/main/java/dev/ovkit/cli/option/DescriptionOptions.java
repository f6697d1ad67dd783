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
          "Family of the model: ${COMPLETION-CANDIDATES}. Needed only if the graph fits several families. Default: the family that the graph shows.")
  private @Nullable String family;

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      completionCandidates = LayoutNames.class,
      description =
          "How the outputs of an unrecognised model hold the boxes: ${COMPLETION-CANDIDATES}. 'ovkit inspect' suggests the layouts that fit the output shapes.")
  private @Nullable String layout;

  @Option(
      names = "--boxes",
      paramLabel = "NUMBERS",
      converter = BoxKinds.class,
      completionCandidates = BoxKinds.class,
      description =
          "With --layout: the four numbers of a box. xyxy: two corners; cxcywh: centre and size. Default: xyxy for end-to-end, cxcywh for the other layouts.")
  private @Nullable Boxes boxes;

  @Option(
      names = "--normalised",
      description =
          "With --layout: box coordinates are fractions of the input size (0..1) instead of pixels.")
  private boolean normalised;

  @Option(
      names = "--scores",
      paramLabel = "KIND",
      converter = ScoreKinds.class,
      completionCandidates = ScoreKinds.class,
      description =
          "With --layout: whether scores are probabilities or logits (values before the sigmoid). Default: probabilities. The scores of raw-heads are always logits.")
  private @Nullable Scores scores;

  @Option(
      names = "--suppressed",
      description =
          "With --layout boxes-and-scores: the model itself leaves one box per object, so infer does not suppress boxes.")
  private boolean suppressed;

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "With --layout: the number of classes, if the output shapes do not show it.")
  private @Nullable Integer classes;

  @Option(
      names = "--first-class",
      paramLabel = "N",
      description =
          "With --layout end-to-end: the number that the model gives its first class, 0 or 1. Default: 0.")
  private int firstClass;

  @Option(
      names = "--anchors",
      paramLabel = "W,H W,H …",
      description =
          "With --layout raw-heads: the anchors of all heads, starting with the smallest stride. Default: YOLOv5's anchors.")
  private @Nullable String anchors;

  @Option(
      names = "--model-colour",
      paramLabel = "ORDER",
      converter = Choices.Colour.class,
      completionCandidates = Choices.Colour.class,
      description =
          "Channel order that the network was trained with: BGR or RGB. Default: the order that its family uses.")
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
