package dev.ovkit.metadata;

import dev.ovkit.ModelException;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.CandidateForm;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A detector's spec as an IR records it, and what had to be assumed where the IR says nothing.
 *
 * <p>Precedence, everywhere in ovkit: the caller's option, then the IR's metadata, then a default.
 * This class does the last two; a caller changes the result with the {@code with…} methods of
 * {@link DetectorSpec}.
 *
 * <p>An IR written by ovkit says everything. Of others the section {@code model_info} is read, in
 * the vocabulary of OpenVINO's Model API (its keys {@code reverse_input_channels}, {@code
 * mean_values} and {@code scale_values} are steps still to be applied), then what Model Optimizer
 * noted of its own command line, then {@code metadata.yaml} beside it, as Ultralytics writes it
 * (its class names win over {@code model_info}'s, which have no blanks), then the shapes.
 *
 * @param spec the detector
 * @param assumptions what nothing in the IR says
 */
public record DerivedSpec(DetectorSpec spec, List<Assumption> assumptions) {

  /** Usual ones, in the order in which they are tried. */
  private static final List<List<Integer>> STRIDES =
      List.of(List.of(8, 16, 32), List.of(8, 16, 32, 64));

  public DerivedSpec {
    assumptions = List.copyOf(assumptions);
  }

  /** Returns whether nothing in the IR says what numbers its input wants, in which order. */
  public boolean inputIsAssumed() {
    return assumptions.stream().anyMatch(a -> a.kind() == Assumption.Kind.INPUT);
  }

  /**
   * Derives the spec of a detector.
   *
   * @param layouts those that can be read, in the order in which they are tried
   * @throws ModelException when the IR is no detector that ovkit can read
   */
  public static DerivedSpec of(IrDescription ir, List<LayoutFormat> layouts) {
    Map<String, String> own = ir.section(IrDescription.OVKIT);
    if (DetectorMetadata.describes(own)) {
      DetectorSpec spec = DetectorMetadata.read(own, ir.xml().toString(), layouts);
      boolean embedded = ir.isEmbedded();
      return new DerivedSpec(
          embedded ? spec.withInputColour(Colour.BGR).withNormalization(Normalization.NONE) : spec,
          List.of());
    }
    if (DetectorMetadata.NONE.equals(own.get(DetectorMetadata.DECODING))) {
      throw new ModelException(
          "%s: it was converted as it is, without a way to read boxes from its outputs; convert the ONNX again without --raw and --output, which says why"
              .formatted(ir.xml()));
    }
    try {
      return new Derivation(ir).run(layouts);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          "%s: its metadata contradicts its shapes: %s; convert the model with ovkit"
              .formatted(ir.xml(), e.getMessage()),
          e);
    }
  }

  /** One derivation at work. */
  private static final class Derivation {
    private final IrDescription ir;
    private final Map<String, String> info;
    private final List<Assumption> assumptions = new ArrayList<>();
    private final @Nullable ExportNotes notes;
    private final boolean embedded;
    private final List<String> labels;
    private final int width;
    private final int height;

    Derivation(IrDescription ir) {
      this.ir = ir;
      this.info = ir.section("model_info");
      this.notes = notes();
      this.embedded = ir.isEmbedded();
      this.labels = notes != null && !notes.names().isEmpty() ? notes.names() : modelApiLabels();
      requireDetector();
      if (ir.inputs().size() != 1) {
        throw notADetector("it has %d inputs, expected one".formatted(ir.inputs().size()));
      }
      TensorDescription input = ir.inputs().get(0);
      List<Integer> noted = notes == null ? List.of() : notes.size();
      List<Long> shape =
          embedded ? embeddedShape(input) : UndescribedOutputs.input(input.shape(), noted);
      if (shape.size() != 4 || shape.get(0) != 1 || shape.get(1) != 3) {
        throw notADetector(
            "its input '%s' is %s, expected [1,3,height,width]"
                .formatted(input.name(), input.shapeText()));
      }
      if (shape.get(2) < 1 || shape.get(3) < 1) {
        throw notADetector(
            "its input '%s' is %s, and no metadata.yaml beside it notes its size (imgsz); expected a fixed size; convert it with --input-shape"
                .formatted(input.name(), input.shapeText()));
      }
      this.height = Math.toIntExact(shape.get(2));
      this.width = Math.toIntExact(shape.get(3));
    }

    private @Nullable ExportNotes notes() {
      Path file = ir.beside("metadata.yaml").orElse(null);
      if (file == null) {
        return null;
      }
      try {
        return ExportNotes.read(file);
      } catch (NoClassDefFoundError e) {
        assume(Assumption.Kind.UNREAD_NOTES, file.getFileName());
        return null;
      }
    }

    private void assume(Assumption.Kind kind, Object... values) {
      assumptions.add(Assumption.of(kind, values));
    }

    private void requireDetector() {
      if (task().isEmpty()) {
        throw new ModelException(
            "%s: its metadata.yaml says that its task is '%s'; ovkit reads the tasks %s"
                .formatted(
                    ir.xml(),
                    notes == null ? "" : notes.task(),
                    Arrays.stream(DetectorSpec.Task.values())
                        .map(DetectorSpec.Task::word)
                        .collect(Collectors.joining(", "))));
      }
      String type = modelType();
      if (!type.isEmpty() && (!type.startsWith("yolo") || type.endsWith("seg"))) {
        throw new ModelException(
            "%s: its model_info says that it is a '%s'; ovkit reads YOLO detectors"
                .formatted(ir.xml(), value("model_type")));
      }
    }

    /** The task in its notes, boxes where they name none; empty if it is unknown. */
    private Optional<DetectorSpec.Task> task() {
      if (notes == null || notes.task().isEmpty()) {
        return Optional.of(DetectorSpec.Task.DETECT);
      }
      return Arrays.stream(DetectorSpec.Task.values())
          .filter(task -> task.word().equals(notes.task()))
          .findFirst();
    }

    /** The Model API saves a model with its preprocessing inside, and notes its size before. */
    private List<Long> embeddedShape(TensorDescription input) {
      List<Long> shape = input.shape();
      if (shape.size() != 4 || shape.get(3) != 3) {
        throw notADetector(
            "its input '%s' is %s, expected [1,height,width,3] with embedded_processing"
                .formatted(input.name(), input.shapeText()));
      }
      return List.of(1L, 3L, (long) number("orig_height", -1), (long) number("orig_width", -1));
    }

    DerivedSpec run(List<LayoutFormat> layouts) {
      HeadLayout layout = layout(layouts);
      boolean yolox = layout.form().filter(this::isYolox).isPresent();
      List<String> usable = labels;
      if (!labels.isEmpty() && labels.size() != layout.classes()) {
        assume(Assumption.Kind.LABELS_LEFT_OUT, labels.size(), layout.classes());
        usable = List.of();
      }
      Resize resize =
          layout.task() == DetectorSpec.Task.CLASSIFY
              ? new Resize(Resize.Mode.CENTRE_CROP, 0)
              : resize(yolox);
      Input input = input(yolox);
      DetectorSpec spec =
          new DetectorSpec(
              width,
              height,
              input.colour(),
              input.normalization(),
              resize,
              layout,
              usable,
              number("confidence_threshold", layout.task().confidence()),
              number("iou_threshold", DetectorSpec.DEFAULT_IOU));
      return new DerivedSpec(spec, assumptions);
    }

    private boolean isYolox(CandidateForm form) {
      return form.arrangement() == CandidateForm.Arrangement.ROWS
          && (form.boxes() == BoxCoding.YOLOX || modelType().equals("yolox"));
    }

    private HeadLayout layout(List<LayoutFormat> layouts) {
      for (List<Integer> strides : STRIDES) {
        for (LayoutFormat layout : layouts) {
          if (task().filter(task -> task != layout.task()).isPresent()) {
            continue;
          }
          Optional<HeadLayout> found = layout.recognise(outputs(strides));
          if (found.isPresent()) {
            return found.get();
          }
        }
      }
      UndescribedOutputs outputs = outputs(List.of());
      if (outputs.flat().size() != 1) {
        throw notADetector("its outputs are " + outputs.text());
      }
      if (!outputs.maps().isEmpty()) {
        throw notADetector("besides boxes it outputs masks: " + outputs.text());
      }
      throw notADetector(
          "its output '%s' is %s, which is no known layout for an input of %dx%d"
              .formatted(
                  outputs.flat().get(0).name(), outputs.flat().get(0).shapeText(), width, height));
    }

    private UndescribedOutputs outputs(List<Integer> strides) {
      UndescribedOutputs declared =
          new UndescribedOutputs(
              width,
              height,
              strides,
              labels,
              notes == null ? List.of() : notes.pointShape(),
              ir.outputs(),
              ir.outputOrigins(),
              assumptions::add,
              this::notADetector);
      return ir.inputs().get(0).isOpen() ? declared.closed() : declared;
    }

    private Resize resize(boolean yolox) {
      String type = value("resize_type");
      int pad = Math.round(number("pad_value", type == null ? 114 : 0));
      if (type != null) {
        switch (type.toLowerCase(Locale.ROOT)) {
          case "standard", "crop":
            return new Resize(Resize.Mode.STRETCH, pad);
          case "fit_to_window":
            return new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, pad);
          case "fit_to_window_letterbox":
            return new Resize(Resize.Mode.LETTERBOX_CENTRE, pad);
          default:
            assume(Assumption.Kind.UNKNOWN_RESIZE, type);
        }
      }
      if (notes != null) {
        return new Resize(Resize.Mode.LETTERBOX_CENTRE, pad);
      }
      assume(Assumption.Kind.LETTERBOX, yolox ? "at the top left" : "in the centre", pad);
      return new Resize(yolox ? Resize.Mode.LETTERBOX_TOP_LEFT : Resize.Mode.LETTERBOX_CENTRE, pad);
    }

    /** What the IR's own input still needs. */
    private record Input(Colour colour, Normalization normalization) {}

    private Input input(boolean yolox) {
      if (embedded) {
        return new Input(Colour.BGR, Normalization.NONE);
      }
      if (info.containsKey("reverse_input_channels")
          || info.containsKey("scale_values")
          || info.containsKey("mean_values")) {
        return new Input(
            flag(value("reverse_input_channels")) ? Colour.RGB : Colour.BGR,
            new Normalization(
                without(0, numbers("mean_values")), without(1, numbers("scale_values"))));
      }
      Map<String, String> mo = ir.section("conversion_parameters");
      if (mo.isEmpty()) {
        mo = ir.section("cli_parameters");
      }
      boolean scaled = given(mo.get("scale")) || given(mo.get("scale_values"));
      boolean reversed = flag(mo.get("reverse_input_channels"));
      if (scaled || reversed) {
        // What Model Optimizer was asked to do is inside the graph. With channels reversed in it
        // the input is BGR.
        boolean toUnit = !scaled && !yolox;
        if (toUnit) {
          assume(Assumption.Kind.SCALED_BEFORE);
        }
        return new Input(
            reversed || yolox ? Colour.BGR : Colour.RGB,
            toUnit ? Normalization.TO_UNIT : Normalization.NONE);
      }
      if (notes != null) {
        return new Input(Colour.RGB, Normalization.TO_UNIT);
      }
      assume(
          Assumption.Kind.INPUT,
          yolox
              ? "BGR, 0..255 (YOLOX)"
              : "RGB, divided by 255 (the IR does not say that this is inside it)");
      return yolox
          ? new Input(Colour.BGR, Normalization.NONE)
          : new Input(Colour.RGB, Normalization.TO_UNIT);
    }

    /** Subtracting 0 or dividing by 1 changes nothing. */
    private static List<Float> without(float neutral, List<Float> values) {
      return values.stream().allMatch(value -> value == neutral) ? List.of() : values;
    }

    private List<String> modelApiLabels() {
      String text = info.getOrDefault("labels", "").strip();
      List<String> result = new ArrayList<>();
      if (!text.isEmpty()) {
        for (String label : text.split("\\s+", -1)) {
          result.add(label.replace('_', ' '));
        }
      }
      return result;
    }

    private String modelType() {
      return info.getOrDefault("model_type", "").toLowerCase(Locale.ROOT);
    }

    private @Nullable String value(String key) {
      String value = info.get(key);
      return value == null || value.isBlank() ? null : value.strip();
    }

    private float number(String key, float otherwise) {
      String value = value(key);
      return value == null ? otherwise : parse(key, value);
    }

    private List<Float> numbers(String key) {
      String value = value(key);
      List<Float> numbers = new ArrayList<>();
      if (value != null && !value.equalsIgnoreCase("none")) {
        for (String part : value.replaceAll("[\\[\\](),]", " ").strip().split("\\s+", -1)) {
          if (!part.isEmpty()) {
            numbers.add(parse(key, part));
          }
        }
      }
      return numbers;
    }

    private float parse(String key, String value) {
      try {
        return Float.parseFloat(value);
      } catch (NumberFormatException e) {
        throw new ModelException(
            "%s: its model_info has '%s' for '%s', expected a number"
                .formatted(ir.xml(), value, key),
            e);
      }
    }

    private static boolean flag(@Nullable String value) {
      return value != null && List.of("true", "yes", "1").contains(value.toLowerCase(Locale.ROOT));
    }

    /** Whether Model Optimizer was given an option: absent ones are noted as None or empty. */
    private static boolean given(@Nullable String value) {
      return value != null
          && !value.isBlank()
          && !List.of("none", "()", "[]", "{}", "not_set", "default", "1", "1.0")
              .contains(value.toLowerCase(Locale.ROOT));
    }

    private ModelException notADetector(String why) {
      return new ModelException(
          "%s: not a YOLO detector that ovkit can read: %s; convert its ONNX with ovkit, which records what is needed"
              .formatted(ir.xml(), why));
    }
  }
}
