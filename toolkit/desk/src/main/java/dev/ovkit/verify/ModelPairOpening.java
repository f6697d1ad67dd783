package dev.ovkit.verify;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.family.Families;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import dev.ovkit.subject.ModelKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides how the two models of a comparison are run, and notes what is unusual. */
final class ModelPairOpening {
  /** What an IR made by {@code ovkit convert} takes, whatever the family. */
  private static final Colour CONTRACT = Colour.BGR;

  final List<Finding> findings = new ArrayList<>();
  final List<String> notes = new ArrayList<>();
  final List<String> hints = new ArrayList<>();

  private final VerifyOptions options;
  private final Families families;
  private final List<LayoutFormat> layouts;

  ModelPairOpening(VerifyOptions options, Families families, List<LayoutFormat> layouts) {
    this.options = options;
    this.families = families;
    this.layouts = layouts;
  }

  private void find(Finding.Kind kind, String sentence) {
    findings.add(new Finding(kind, sentence));
  }

  ModelPair open() {
    RunPlans plans = plans();
    return new ModelPair(this, options, plans.first(), plans.second());
  }

  /** How the two models are run. */
  record RunPlans(RunPlan first, RunPlan second) {}

  RunPlans plans() {
    ModelKind a = ModelKind.of(options.first());
    ModelKind b = ModelKind.of(options.second());
    if (a == ModelKind.ONNX && b == ModelKind.ONNX) {
      return paired(onnx(options.first()), onnx(options.second()));
    }
    if (a == ModelKind.IR && b == ModelKind.IR) {
      return twoIrs();
    }
    Path ir = a == ModelKind.IR ? options.first() : options.second();
    Path onnx = a == ModelKind.IR ? options.second() : options.first();
    IrDescription description = IrDescription.read(ir);
    OnnxCut cut = new OnnxCut(description, onnx, options, families);
    SourceDetector source = cut.source();
    RunPlan oracle = onnx(onnx, source);
    RunPlan made = ir(description, cut, source, oracle.spec());
    return a == ModelKind.IR ? paired(made, oracle) : paired(oracle, made);
  }

  private RunPlans paired(RunPlan a, RunPlan b) {
    int classesA = a.spec().layout().classes();
    int classesB = b.spec().layout().classes();
    if (classesA != classesB) {
      find(
          Finding.Kind.CLASSES,
          "'%s' detects %d classes, but '%s' detects %d: they are different models"
              .formatted(a.file(), classesA, b.file(), classesB));
    }
    return new RunPlans(a, b);
  }

  // ---- an ONNX

  private RunPlan onnx(Path file) {
    return onnx(
        file,
        SourceDetector.of(options.oracle(file, options.outputs(), Optional.empty()), families));
  }

  private RunPlan onnx(Path file, SourceDetector source) {
    DetectorSpec spec = source.spec();
    return RunPlan.onnx(
        file, spec.withInputColour(options.modelColour().orElse(spec.inputColour())), source);
  }

  // ---- two IRs

  private RunPlans twoIrs() {
    if (options.bare()) {
      throw new OptionException(
          "--bare gives the IR the same input as the ONNX, but there is no ONNX; give"
              + " --input-colour and --scale");
    }
    RunPlan a = ir(IrDescription.read(options.first()));
    RunPlan b = ir(IrDescription.read(options.second()));
    String takesA = takes(a.spec());
    String takesB = takes(b.spec());
    if (!takesA.equals(takesB)) {
      find(
          Finding.Kind.INPUT,
          "'%s' takes %s, but '%s' takes %s: a program that gives both the same pixels gets wrong boxes from one of them"
              .formatted(a.file(), takesA, b.file(), takesB));
    }
    return paired(a, b);
  }

  private RunPlan ir(IrDescription ir) {
    DerivedSpec derived = DerivedSpec.of(ir, layouts);
    noteAssumptions(ir, derived);
    DetectorSpec spec = asContract(ir, derived);
    Colour colour = options.inputColour().orElse(spec.inputColour());
    Normalization own = spec.normalization();
    return new RunPlan(
        ir.xml(),
        WeightPrecision.of(ir),
        spec.withInputColour(colour)
            .withNormalization(
                new Normalization(
                    options.mean().orElse(own.mean()), options.scale().orElse(own.scale())))
            .withResize(options.resized(spec.resize())),
        aliases(ir),
        null,
        null,
        false);
  }

  /** Of an assumed input {@link #asContract} says more. */
  private void noteAssumptions(IrDescription ir, DerivedSpec derived) {
    for (Assumption assumption : derived.assumptions()) {
      if (assumption.kind() != Assumption.Kind.INPUT) {
        notes.add("'%s': assumed: %s".formatted(ir.xml(), assumption.sentence()));
      }
    }
  }

  private static Map<String, Set<String>> aliases(IrDescription ir) {
    Map<String, Set<String>> aliases = new HashMap<>();
    for (TensorDescription output : ir.outputs()) {
      output.names().forEach(name -> aliases.put(name, Set.copyOf(output.names())));
    }
    return aliases;
  }

  private DetectorSpec asContract(IrDescription ir, DerivedSpec derived) {
    if (!derived.inputIsAssumed()) {
      return derived.spec();
    }
    notes.add(
        "'%s' does not say what input it expects: it gets %s, 0..255, like an IR of 'ovkit convert'"
            .formatted(ir.xml(), CONTRACT));
    return derived.spec().withInputColour(CONTRACT).withNormalization(Normalization.NONE);
  }

  // ---- an IR against its ONNX

  private RunPlan ir(IrDescription ir, OnnxCut cut, SourceDetector source, DetectorSpec oracle) {
    boolean own = DetectorMetadata.describes(ir.section(IrDescription.OVKIT));
    Optional<HeadLayout> layout = cut.layout(oracle.layout());
    // The layout of the ONNX, but the contract's input: what a silent IR is taken to be.
    @Nullable DetectorSpec silent =
        layout
            .map(
                heads ->
                    oracle
                        .withLayout(heads)
                        .withInputColour(CONTRACT)
                        .withNormalization(Normalization.NONE))
            .orElse(null);
    @Nullable DetectorSpec otherwise = own ? silent : null;
    DetectorSpec spec;
    try {
      DerivedSpec derived = DerivedSpec.of(ir, layouts);
      spec = asContract(ir, derived);
      if (!own && layout.isPresent()) {
        otherwise = spec;
        boolean saysResize = ir.info().containsKey("model_info/resize_type");
        spec =
            oracle
                .withLayout(layout.get())
                .withInputColour(spec.inputColour())
                .withNormalization(spec.normalization())
                .withResize(saysResize ? spec.resize() : oracle.resize());
      } else {
        noteAssumptions(ir, derived);
      }
    } catch (ModelException e) {
      if (silent == null) {
        throw e;
      }
      if (own) {
        find(
            Finding.Kind.METADATA,
            "the metadata of the IR does not match the IR: " + e.getMessage());
      }
      spec = silent;
    }
    RunPlan plan =
        new RunPlan(
            ir.xml(),
            WeightPrecision.of(ir),
            held(spec, oracle),
            cut.names(),
            null,
            otherwise == null ? null : held(otherwise, oracle),
            own);
    hints.addAll(MetadataHints.of(ir, source, oracle, plan.spec()));
    return plan;
  }

  /** Notes where an IR expects its pictures in another way than the contract, and follows it. */
  private DetectorSpec held(DetectorSpec ir, DetectorSpec oracle) {
    DetectorSpec spec = ir.withResize(options.resized(ir.resize()));
    if (options.bare()) {
      spec = spec.withInputColour(oracle.inputColour()).withNormalization(oracle.normalization());
    } else {
      Colour meant = options.inputColour().orElse(CONTRACT);
      spec = options.inputColour().map(spec::withInputColour).orElse(spec);
      if (spec.inputColour() != meant || !spec.normalization().isNone()) {
        differs(
            "the IR takes %s (according to its metadata), but an IR of 'ovkit convert' takes %s: a program that passes frames from a camera or OpenCV unchanged gets wrong boxes; if this is intended, give %s"
                .formatted(
                    takes(spec),
                    takes(spec.withInputColour(meant).withNormalization(Normalization.NONE)),
                    spec.normalization().isNone()
                        ? "--input-colour " + spec.inputColour()
                        : "--bare"));
      }
    }
    if (!spec.resize().equals(oracle.resize())) {
      differs(
          "the IR expects pictures %s (according to its metadata), but the ONNX %s; say with --letterbox and --pad which is right"
              .formatted(words(spec.resize()), words(oracle.resize())));
    }
    return spec;
  }

  private void differs(String sentence) {
    Finding finding = new Finding(Finding.Kind.INPUT, sentence);
    if (!findings.contains(finding)) {
      findings.add(finding);
    }
  }

  private static String takes(DetectorSpec spec) {
    Normalization n = spec.normalization();
    return "%s, 0..255%s%s"
        .formatted(
            spec.inputColour(),
            n.mean().isEmpty() ? "" : " less the mean " + n.mean(),
            n.scale().isEmpty() ? "" : " divided by " + n.scale() + " before it");
  }

  private static String words(Resize resize) {
    return switch (resize.mode()) {
          case LETTERBOX_CENTRE -> "letterboxed in the centre";
          case LETTERBOX_TOP_LEFT -> "letterboxed at the top left";
          case STRETCH -> "stretched";
          case CENTRE_CROP -> "cropped in the centre";
        }
        + switch (resize.mode()) {
          case STRETCH, CENTRE_CROP -> "";
          case LETTERBOX_CENTRE, LETTERBOX_TOP_LEFT -> " on grey " + resize.padValue();
        };
  }
}
