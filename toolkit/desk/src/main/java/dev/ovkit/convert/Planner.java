package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.family.Families;
import dev.ovkit.family.FoundDetector;
import dev.ovkit.family.Preprocessing;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.InputPath;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.onnx.rewrite.Rewrites;
import dev.ovkit.onnx.rewrite.Rewritten;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Turns options and a model into a {@link Plan}: the caller's word first, then the model's. */
final class Planner {

  private static final int LONGEST_LICENCE = 120;

  private final ConvertOptions options;
  private final Families families;

  Planner(ConvertOptions options, Families families) {
    this.options = options;
    this.families = options.description().among(families);
  }

  Plan plan(OnnxModel read) {
    requireInput(read, "has no input");
    InputPlan input = InputPlan.of(read, options, families);
    OutputPlan output = OutputPlan.of(input, options);
    Rewritten rewritten = rewritten(input.model().cut(output.tensors()));
    requireInput(rewritten.model(), "computes its outputs from constants alone");
    LayoutPlan layout =
        LayoutPlan.of(input, output.tensors(), resized(rewritten.model(), input), options);
    InputPath inside = inside(input);
    Optional<Decision> size = layout.layout().flatMap(heads -> size(inside, heads));
    PreprocessingPlan preprocessing =
        PreprocessingPlan.of(
            input
                .detector()
                .map(found -> found.preprocessing().asNoted(input.model().metadata()))
                .orElse(Preprocessing.UNKNOWN),
            inside,
            input.grey(),
            input.whole(),
            options);
    OnnxModel model = layout.model();
    Optional<DetectorPlan> detector =
        layout.layout().map(heads -> DetectorPlan.of(heads, preprocessing, model, options));

    List<Decision> decisions = new ArrayList<>();
    decisions.addAll(input.decisions());
    input.detector().ifPresent(found -> decisions.add(family(found)));
    licence(input.model()).ifPresent(decisions::add);
    decisions.addAll(output.decisions());
    decisions.add(rewrites(rewritten));
    decisions.addAll(layout.decisions());
    size.ifPresent(decisions::add);
    decisions.addAll(preprocessing.decisions());
    detector.ifPresent(plan -> decisions.addAll(plan.decisions()));

    Optional<DetectorSpec> spec = detector.map(DetectorPlan::spec);
    return new Plan(
        model,
        preprocessing.reverse(),
        preprocessing.mean(),
        preprocessing.scale(),
        outputNames(layout.tensors(), input.model()),
        spec,
        layout.headWeights(),
        rewritten.fired(),
        effective(input, layout, preprocessing, spec),
        kept(layout, preprocessing),
        List.copyOf(decisions));
  }

  private void requireInput(OnnxModel model, String otherwise) {
    if (model.inputs().isEmpty()) {
      throw new ModelException(
          "'%s' %s; expected a detector with one picture as its input; export it again, or name other outputs with --output"
              .formatted(options.onnx(), otherwise));
    }
  }

  /** Of a model that is converted as it is, nothing is asked. */
  private static InputPath inside(InputPlan input) {
    return input.detector().isPresent() ? InputPath.of(input.model().graph()) : InputPath.UNASKED;
  }

  /**
   * What follows where the graph resizes or crops the picture: boxes in pixels are then those of
   * another picture, unless the graph maps them back after its own suppression.
   */
  private Optional<Decision> size(InputPath inside, HeadLayout heads) {
    boolean resized = inside.cutting().startsWith("Resize");
    if (inside.cutting().isEmpty() || resized && heads.boxesAreShares()) {
      return Optional.empty();
    }
    if (resized && heads.isSuppressed()) {
      return Optional.of(
          Decision.of(
                  Decision.Kind.INPUT, "resized inside", Reason.RESIZED_INSIDE, inside.cutting())
              .asAssumed(true));
    }
    throw new ModelException(
        "'%s': its graph resizes, crops or turns the picture itself (%s), so its boxes are not in pixels of its input; export it without that step, or convert it as it is with --output none"
            .formatted(options.onnx(), inside.cutting()));
  }

  private Rewritten rewritten(OnnxModel cut) {
    return options.rewrite() ? Rewrites.apply(cut) : new Rewritten(cut, Map.of());
  }

  private Decision family(FoundDetector found) {
    Reason reason = options.description().isEmpty() ? Reason.FOUND : Reason.GIVEN;
    return Decision.of(
        Decision.Kind.FAMILY,
        "%s, %d classes".formatted(found.family().name(), found.classes()),
        reason,
        "what its outputs are, and what computes them");
  }

  /** The licence's terms apply to every use of the weights. */
  private static Optional<Decision> licence(OnnxModel model) {
    return model
        .licence()
        .map(
            noted ->
                Decision.of(
                    Decision.Kind.LICENCE,
                    OneLine.of(noted, LONGEST_LICENCE),
                    Reason.LICENCE_NOTED));
  }

  private Decision rewrites(Rewritten rewritten) {
    if (!options.rewrite()) {
      return Decision.of(Decision.Kind.REWRITES, "none", Reason.ASKED);
    }
    String fired =
        rewritten.fired().entrySet().stream()
            .map(e -> e.getKey() + " x" + e.getValue())
            .collect(Collectors.joining(", "));
    return Decision.of(Decision.Kind.REWRITES, fired.isEmpty() ? "none" : fired, Reason.EXACT);
  }

  /**
   * Sets another size only after the rewrites: what a rewrite folds away often has the old one
   * built in.
   */
  private OnnxModel resized(OnnxModel rewritten, InputPlan input) {
    OnnxModel resized = rewritten;
    if (options.inputShape().isPresent() && !input.wasOpen()) {
      input.checkStrides(options);
      resized = rewritten.withInputShape(options.inputShape().get());
    }
    Optional<String> contradiction = resized.contradiction();
    if (contradiction.isPresent()) {
      throw new ModelException(
          "'%s' cannot take the input %s, another size is built into it: %s; export it at this size, or without simplifying it"
              .formatted(options.onnx(), resized.inputs().get(0), contradiction.get()));
    }
    return resized;
  }

  /** The names of the nodes that give the outputs, where they differ from the tensors'. */
  private static Map<Integer, String> outputNames(List<String> tensors, OnnxModel source) {
    Map<Integer, String> names = new LinkedHashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      String node = source.nodeOf(tensors.get(i));
      if (!node.isEmpty() && !node.equals(tensors.get(i))) {
        names.put(i, node);
      }
    }
    return names;
  }

  /** The options with everything that was decided put in. */
  private ConvertOptions effective(
      InputPlan input,
      LayoutPlan layout,
      PreprocessingPlan preprocessing,
      Optional<DetectorSpec> detector) {
    List<String> own = input.model().outputs().stream().map(TensorInfo::name).toList();
    Outputs cut =
        layout.tensors().equals(own)
            ? new Outputs.AsTheyAre()
            : new Outputs.Tensors(layout.tensors());
    boolean made =
        options.outputs() instanceof Outputs.Columns || options.outputs() instanceof Outputs.Lazy;
    ConvertOptions.Builder effective =
        options.toBuilder()
            .outputs(made ? options.outputs() : cut)
            .inputShape(input.shape(options))
            .mean(some(preprocessing.mean()))
            .scale(some(preprocessing.scale()))
            .reverseChannels(Optional.of(preprocessing.reverse()));
    detector.ifPresent(
        spec ->
            effective
                .resize(Optional.of(spec.resize().mode()))
                .pad(OptionalInt.of(spec.resize().padValue()))
                .interpolation(
                    Optional.of(spec.resize().interpolation())
                        .filter(
                            how ->
                                how != Resize.Interpolation.LINEAR
                                    || options.interpolation().isPresent()))
                .labels(spec.labels()));
    return effective.build();
  }

  private static Optional<List<Float>> some(List<Float> values) {
    return values.isEmpty() ? Optional.empty() : Optional.of(values);
  }

  /** What the IR keeps of how it was made: resolved values only, no paths, no time. */
  private Map<String, String> kept(LayoutPlan layout, PreprocessingPlan preprocessing) {
    Map<String, String> kept = new TreeMap<>();
    kept.put("source_sha256", layout.model().sha256());
    kept.put("data_type", options.dataType().name());
    kept.put("reversed_channels", Boolean.toString(preprocessing.reverse()));
    if (!preprocessing.mean().isEmpty()) {
      kept.put("mean", PreprocessingPlan.numbers(preprocessing.mean()));
    }
    if (!preprocessing.scale().isEmpty()) {
      kept.put("scale", PreprocessingPlan.numbers(preprocessing.scale()));
    }
    kept.put("outputs", String.join(",", layout.tensors()));
    if (layout.layout().isEmpty()) {
      kept.put(DetectorMetadata.DECODING, DetectorMetadata.NONE);
    }
    kept.put("rewrite", Boolean.toString(options.rewrite()));
    kept.putAll(options.description().write());
    return kept;
  }
}
