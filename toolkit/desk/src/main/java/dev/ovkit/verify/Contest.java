package dev.ovkit.verify;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.OptionException;
import dev.ovkit.OvkitException;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DerivedSpec;
import dev.ovkit.model.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.IrDescription;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Precision;
import dev.ovkit.model.Resize;
import dev.ovkit.model.TensorDescription;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Shape;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.vision.DetectOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Two models opened so that their answers can be compared, and what stood out on the way.
 *
 * <p>An IR is held to the contract of {@code ovkit convert}: it takes BGR, 0..255, and resizes as
 * the ONNX's family does. What it says otherwise is believed when pictures are handed to it, and is
 * a finding, unless the caller says that it is meant. An IR that says nothing gets what the
 * contract says.
 */
final class Contest implements AutoCloseable {

  /** What an IR made by {@code ovkit convert} takes, whatever the family. */
  private static final Colour CONTRACT = Colour.BGR;

  final Subject first;
  final Subject second;
  final Precision precision;
  final Tolerance tolerance;
  final double threshold;
  final List<Finding> findings;
  final List<String> notes;

  /** What the metadata of an IR could tell of why it differs from the ONNX. */
  final List<String> hints;

  /** Every name of an output, by the name that the subject calls it by. */
  private final Map<String, Set<String>> firstNames;

  private final Map<String, Set<String>> secondNames;

  private Contest(Opening opening, VerifyOptions options, Plan a, Plan b) {
    this.precision = a.precision.compareTo(b.precision) > 0 ? a.precision : b.precision;
    this.tolerance = options.tolerance(precision);
    this.threshold = options.confidence().orElse(a.spec.confidenceThreshold());
    DetectOptions detect =
        DetectOptions.defaults().withConfidence(BoxComparison.lowest(threshold, tolerance));
    this.first = a.open(detect, opening);
    try {
      this.second = b.open(detect, opening);
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
    this.firstNames = a.names;
    this.secondNames = b.names;
    this.findings = List.copyOf(opening.findings);
    this.notes = List.copyOf(opening.notes);
    this.hints = List.copyOf(opening.hints);
  }

  static Contest open(VerifyOptions options) {
    return new Opening(options).open();
  }

  /** The names of an output of the first model; two outputs that share one are the same. */
  Set<String> firstNames(Output output) {
    return firstNames.getOrDefault(output.name(), Set.of(output.name()));
  }

  /** Likewise of the second. */
  Set<String> secondNames(Output output) {
    return secondNames.getOrDefault(output.name(), Set.of(output.name()));
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }

  /** How one of the two will be run. */
  private static final class Plan {
    private final Path file;
    private final Precision precision;
    private final Map<String, Set<String>> names = new HashMap<>();
    private DetectorSpec spec;
    private @Nullable SourceDetector source;
    private @Nullable DetectorSpec otherwise;
    private boolean tells;

    Plan(Path file, Precision precision, DetectorSpec spec) {
      this.file = file;
      this.precision = precision;
      this.spec = spec;
    }

    Subject open(DetectOptions detect, Opening opening) {
      if (source != null) {
        return OnnxSubject.open(file, source, spec, detect);
      }
      try {
        return IrSubject.open(file, spec, detect);
      } catch (ModelException | NativeCallException e) {
        if (otherwise == null) {
          throw e;
        }
        if (tells) {
          opening.find(
              Finding.Kind.METADATA,
              "what the IR says of itself does not fit it: " + e.getMessage());
        }
        return IrSubject.open(file, otherwise, detect);
      }
    }
  }

  /** Decides how the two are run. */
  private static final class Opening {
    private final VerifyOptions options;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> hints = new ArrayList<>();

    Opening(VerifyOptions options) {
      this.options = options;
    }

    void find(Finding.Kind kind, String sentence) {
      findings.add(new Finding(kind, sentence));
    }

    Contest open() {
      ModelKind a = ModelKind.of(options.first());
      ModelKind b = ModelKind.of(options.second());
      if (a == ModelKind.ONNX && b == ModelKind.ONNX) {
        return contest(onnx(options.first()), onnx(options.second()));
      }
      if (a == ModelKind.IR && b == ModelKind.IR) {
        return twoIrs();
      }
      Path ir = a == ModelKind.IR ? options.first() : options.second();
      Path onnx = a == ModelKind.IR ? options.second() : options.first();
      IrDescription description = IrDescription.read(ir);
      Cut cut = new Cut(description, onnx, options);
      SourceDetector source = cut.source();
      Plan oracle = onnx(onnx, source);
      Plan made = ir(description, cut, source, oracle.spec);
      return a == ModelKind.IR ? contest(made, oracle) : contest(oracle, made);
    }

    private Contest contest(Plan a, Plan b) {
      int classesA = a.spec.layout().classes();
      int classesB = b.spec.layout().classes();
      if (classesA != classesB) {
        find(
            Finding.Kind.CLASSES,
            "'%s' detects %d classes and '%s' %d: they are different models"
                .formatted(a.file, classesA, b.file, classesB));
      }
      return new Contest(this, options, a, b);
    }

    // ---- an ONNX

    private Plan onnx(Path file) {
      return onnx(
          file, SourceDetector.of(options.oracle(file, options.outputs(), Optional.empty())));
    }

    private Plan onnx(Path file, SourceDetector source) {
      DetectorSpec spec = source.spec();
      Plan plan =
          new Plan(
              file,
              Precision.FP32,
              spec.withInputColour(options.modelColour().orElse(spec.inputColour())));
      plan.source = source;
      return plan;
    }

    // ---- two IRs

    private Contest twoIrs() {
      if (options.bare()) {
        throw new OptionException(
            "--bare: it means that the IR gets what the ONNX gets, and there is no ONNX; give --input-colour and --scale");
      }
      Plan a = ir(IrDescription.read(options.first()));
      Plan b = ir(IrDescription.read(options.second()));
      String takesA = takes(a.spec);
      String takesB = takes(b.spec);
      if (!takesA.equals(takesB)) {
        find(
            Finding.Kind.INPUT,
            "'%s' takes %s, and '%s' %s: a program that hands both the same pixels gets wrong boxes from one of them"
                .formatted(a.file, takesA, b.file, takesB));
      }
      return contest(a, b);
    }

    private Plan ir(IrDescription ir) {
      DerivedSpec derived = DerivedSpec.of(ir);
      derived.assumptions().stream()
          .filter(sentence -> !sentence.startsWith("an input of "))
          .forEach(sentence -> notes.add("'%s': assumed: %s".formatted(ir.xml(), sentence)));
      DetectorSpec spec = asContract(ir, derived);
      Colour colour = options.inputColour().orElse(spec.inputColour());
      Normalization own = spec.normalization();
      Plan plan =
          new Plan(
              ir.xml(),
              Precision.of(ir),
              spec.withInputColour(colour)
                  .withNormalization(
                      new Normalization(
                          options.mean().orElse(own.mean()), options.scale().orElse(own.scale())))
                  .withResize(options.resized(spec.resize())));
      plan.names.putAll(aliases(ir));
      return plan;
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
          "'%s' does not say what its input wants: it gets %s, 0..255, as an IR of 'ovkit convert' does"
              .formatted(ir.xml(), CONTRACT));
      return derived.spec().withInputColour(CONTRACT).withNormalization(Normalization.NONE);
    }

    // ---- an IR against its ONNX

    private Plan ir(IrDescription ir, Cut cut, SourceDetector source, DetectorSpec oracle) {
      boolean own = DetectorMetadata.describes(ir.section(DetectorMetadata.SECTION));
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
        DerivedSpec derived = DerivedSpec.of(ir);
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
          derived.assumptions().stream()
              .filter(sentence -> !sentence.startsWith("an input of "))
              .forEach(sentence -> notes.add("'%s': assumed: %s".formatted(ir.xml(), sentence)));
        }
      } catch (ModelException e) {
        if (silent == null) {
          throw e;
        }
        if (own) {
          find(
              Finding.Kind.METADATA,
              "what the IR says of itself does not fit it: " + e.getMessage());
        }
        spec = silent;
      }
      Plan plan = new Plan(ir.xml(), Precision.of(ir), held(spec, oracle));
      plan.otherwise = otherwise == null ? null : held(otherwise, oracle);
      plan.tells = own;
      cut.names().forEach(plan.names::put);
      hint(ir, source, oracle, plan.spec);
      return plan;
    }

    /** Notes where an IR wants its pictures otherwise than the contract, and believes it. */
    private DetectorSpec held(DetectorSpec ir, DetectorSpec oracle) {
      DetectorSpec spec = ir.withResize(options.resized(ir.resize()));
      if (options.bare()) {
        spec = spec.withInputColour(oracle.inputColour()).withNormalization(oracle.normalization());
      } else {
        Colour meant = options.inputColour().orElse(CONTRACT);
        spec = options.inputColour().map(spec::withInputColour).orElse(spec);
        if (spec.inputColour() != meant || !spec.normalization().isNone()) {
          differs(
              "the IR takes %s (so its metadata says), where one of 'ovkit convert' takes %s: a program that hands it frames as cameras and OpenCV give them gets wrong boxes; %s says that it is meant"
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
            "the IR wants pictures %s (so its metadata says), and the ONNX %s; --letterbox and --pad say what is meant"
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

    private void hint(
        IrDescription ir, SourceDetector source, DetectorSpec oracle, DetectorSpec spec) {
      Map<String, String> made = ir.section(DetectorMetadata.SECTION);
      String sha = made.get("source_sha256");
      if (sha != null && !sha.equals(source.onnx().sha256())) {
        hints.add(
            "its metadata says that it was made of another ONNX (sha256 %.12s…; this one has %.12s…)"
                .formatted(sha, source.onnx().sha256()));
      }
      if (made.containsKey("data_type")) {
        hintBaked("scale", made.getOrDefault("scale", ""), oracle.normalization().scale());
        hintBaked("mean", made.getOrDefault("mean", ""), oracle.normalization().mean());
        boolean reversed = Boolean.parseBoolean(made.get("reversed_channels"));
        if (reversed != (oracle.inputColour() != spec.inputColour())) {
          hints.add(
              "its metadata says that it was converted with%s reversed channels, and the network wants %s"
                  .formatted(reversed ? "" : "out", oracle.inputColour()));
        }
      }
      anchors(spec.layout(), oracle.layout());
    }

    private void hintBaked(String what, String baked, List<Float> wanted) {
      String text =
          wanted.stream()
              .map(v -> v == Math.rint(v) ? Long.toString(v.longValue()) : v.toString())
              .collect(Collectors.joining(","));
      if (!baked.equals(text)) {
        hints.add(
            "its metadata says that it was converted with %s %s, and the network wants %s"
                .formatted(what, baked.isEmpty() ? "none" : baked, text.isEmpty() ? "none" : text));
      }
    }

    private void anchors(HeadLayout ir, HeadLayout oracle) {
      if (ir instanceof HeadLayout.RawHeads a && oracle instanceof HeadLayout.RawHeads b) {
        for (Head head : a.heads()) {
          b.heads().stream()
              .filter(h -> h.stride() == head.stride() && !h.anchors().equals(head.anchors()))
              .findFirst()
              .ifPresent(
                  h ->
                      hints.add(
                          "its metadata has other anchors at stride %d than the ONNX"
                              .formatted(h.stride())));
        }
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
          }
          + (resize.mode() == Resize.Mode.STRETCH ? "" : " on grey " + resize.padValue());
    }
  }

  /** Where an ONNX is cut so that its outputs are those of an IR. */
  private static final class Cut {
    private final IrDescription ir;
    private final Path file;
    private final VerifyOptions options;
    private final OnnxModel onnx;

    /** For each output of the IR the tensor of the ONNX that it is, where its names say so. */
    private final List<Optional<String>> tensors;

    Cut(IrDescription ir, Path file, VerifyOptions options) {
      this.ir = ir;
      this.file = file;
      this.options = options;
      this.onnx = OnnxModel.read(file);
      this.tensors = ir.outputs().stream().map(this::tensor).toList();
    }

    private Optional<String> tensor(TensorDescription output) {
      List<String> found = new ArrayList<>();
      for (String name : output.names()) {
        // What Model Optimizer and IRs of version 10 add to a layer's name.
        for (String spelled : List.of(name, name.replaceFirst("(/sink_port_|\\.|:)\\d+$", ""))) {
          try {
            String tensor = onnx.resolveOutputs(List.of(spelled)).get(0);
            // A tensor's own name says more than a node's.
            found.add(tensor.equals(name) ? 0 : found.size(), tensor);
          } catch (OvkitException e) {
            // not a name of this graph
          }
        }
      }
      return found.stream().findFirst();
    }

    private boolean isResolved() {
      return tensors.stream().allMatch(Optional::isPresent)
          && new HashSet<>(tensors).size() == tensors.size();
    }

    SourceDetector source() {
      if (!(options.outputs() instanceof Outputs.Auto)) {
        return SourceDetector.of(oracle(options.outputs()));
      }
      SourceDetector auto = SourceDetector.of(oracle(options.outputs()));
      if (!isResolved()) {
        return !shapes(auto.onnx().outputs()).equals(irShapes())
                && shapes(onnx.outputs()).equals(irShapes())
            ? SourceDetector.of(oracle(new Outputs.AsTheyAre()))
            : auto;
      }
      List<String> wanted = tensors.stream().flatMap(Optional::stream).toList();
      List<String> usual = names(auto.onnx().outputs());
      if (Set.copyOf(usual).equals(Set.copyOf(wanted))) {
        return auto;
      }
      List<String> own = names(onnx.outputs());
      boolean asTheyAre = Set.copyOf(own).equals(Set.copyOf(wanted));
      try {
        return SourceDetector.of(
            oracle(asTheyAre ? new Outputs.AsTheyAre() : new Outputs.Named(wanted)));
      } catch (ModelException e) {
        // These outputs are no whole detector; boxes can still be compared.
        return auto;
      }
    }

    private ConvertOptions oracle(Outputs outputs) {
      return options.oracle(file, outputs, size());
    }

    /** The IR's size, where the ONNX has another or leaves it open. */
    private Optional<Shape> size() {
      if (ir.inputs().size() != 1 || onnx.inputs().size() != 1) {
        return Optional.empty();
      }
      Shape wanted = new Shape(ir.inputs().get(0).shape());
      return wanted.isStatic() && !wanted.equals(onnx.inputs().get(0).shape())
          ? Optional.of(wanted)
          : Optional.empty();
    }

    private static List<String> names(List<TensorInfo> tensors) {
      return tensors.stream().map(TensorInfo::name).toList();
    }

    private static List<String> shapes(List<TensorInfo> tensors) {
      return tensors.stream().map(tensor -> String.valueOf(tensor.shape())).sorted().toList();
    }

    private List<String> irShapes() {
      return ir.outputs().stream()
          .map(output -> new Shape(output.shape()).toString())
          .sorted()
          .toList();
    }

    /** The names of the IR's outputs, in the words of the ONNX where they could be found there. */
    Map<String, Set<String>> names() {
      Map<String, Set<String>> names = new HashMap<>();
      for (int i = 0; i < tensors.size(); i++) {
        List<String> own = ir.outputs().get(i).names();
        Set<String> known = tensors.get(i).map(Set::of).orElseGet(() -> Set.copyOf(own));
        own.forEach(name -> names.put(name, known));
      }
      return names;
    }

    /** The ONNX's layout with the IR's names for its outputs; empty if the IR lacks one. */
    Optional<HeadLayout> layout(HeadLayout layout) {
      Map<String, String> own = new HashMap<>();
      for (int i = 0; i < tensors.size(); i++) {
        TensorDescription output = ir.outputs().get(i);
        tensors.get(i).ifPresent(tensor -> own.put(tensor, output.name()));
      }
      UnaryOperator<String> renamed = name -> own.getOrDefault(name, "");
      HeadLayout mapped;
      List<String> outputs;
      if (layout instanceof HeadLayout.RawHeads raw) {
        List<Head> heads = heads(raw.heads(), renamed);
        outputs = heads.stream().map(Head::output).toList();
        mapped = new HeadLayout.RawHeads(heads, raw.classes());
      } else if (layout instanceof HeadLayout.FlatRows rows) {
        outputs = List.of(renamed.apply(rows.output()));
        mapped =
            new HeadLayout.FlatRows(
                outputs.get(0),
                rows.boxes(),
                rows.logits(),
                heads(rows.heads(), renamed),
                rows.classes());
      } else {
        HeadLayout.FlatColumns columns = (HeadLayout.FlatColumns) layout;
        outputs = List.of(renamed.apply(columns.output()));
        mapped = new HeadLayout.FlatColumns(outputs.get(0), columns.classes());
      }
      return outputs.contains("") ? Optional.empty() : Optional.of(mapped);
    }

    private static List<Head> heads(List<Head> heads, UnaryOperator<String> renamed) {
      return heads.stream()
          .map(head -> new Head(renamed.apply(head.output()), head.stride(), head.anchors()))
          .toList();
    }
  }
}
