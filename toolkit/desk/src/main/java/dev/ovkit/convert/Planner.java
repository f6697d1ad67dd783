package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.family.DetectorFamily;
import dev.ovkit.family.DetectorFamily.FlatOutput;
import dev.ovkit.family.DetectorFamily.FoundHead;
import dev.ovkit.family.DetectorFamily.Rows;
import dev.ovkit.family.DetectorFamily.Tail;
import dev.ovkit.family.DetectorFamily.Unknown;
import dev.ovkit.family.DetectorFamily.Yolov5;
import dev.ovkit.family.DetectorFamily.Yolov8;
import dev.ovkit.family.DetectorFamily.Yolox;
import dev.ovkit.family.Families;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.layout.FlatRows;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.layout.YoloAnchors;
import dev.ovkit.model.Anchor;
import dev.ovkit.model.BoxCoding;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Shape;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.onnx.rewrite.Rewrites;
import dev.ovkit.onnx.rewrite.Rewritten;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns options and a model into a {@link Plan}: the caller's word first, then the model's. */
final class Planner {

  /** What YOLO models are trained at where nothing says otherwise. */
  private static final long USUAL_SIZE = 640;

  private final ConvertOptions options;
  private final List<Decision> decisions = new ArrayList<>();
  private Map<String, Integer> rewrites = Map.of();

  Planner(ConvertOptions options) {
    this.options = options;
  }

  Plan plan(OnnxModel read) {
    OnnxModel sized = sized(read);
    DetectorFamily family = Families.ALL.recognise(sized);
    List<String> tensors = tensors(sized, family);
    OnnxModel finished = finish(sized.cut(tensors), family, wasOpen(read));
    Optional<HeadLayout> layout = layout(family, tensors, sized);
    if (options.outputs() instanceof Outputs.Columns && layout.isEmpty()) {
      throw new ModelException(
          "'%s' cannot have its boxes decoded in the graph: %s; --output none keeps its outputs"
              .formatted(
                  options.onnx(),
                  family instanceof Unknown unknown
                      ? "it is not recognised as a YOLO detector: " + unknown.reason()
                      : "its outputs are not a whole detector"));
    }
    if (options.outputs() instanceof Outputs.Columns && !(layout.get() instanceof FlatColumns)) {
      finished = ColumnsTail.appendTo(finished, layout.get());
      tensors = finished.outputs().stream().map(TensorInfo::name).toList();
      layout = Optional.of(new FlatColumns(tensors.get(0), layout.get().classes()));
    }
    List<float[]> headWeights = List.of();
    if (options.outputs() instanceof Outputs.Lazy) {
      LazyTail.Lazy lazy = LazyTail.cut(finished, layout.orElseThrow());
      finished = lazy.model();
      tensors = finished.outputs().stream().map(TensorInfo::name).toList();
      layout = Optional.of(lazy.layout());
      headWeights = lazy.weights();
    }
    Colour trained = family instanceof Yolox ? Colour.BGR : Colour.RGB;
    boolean reverse = reverse(family);
    List<Float> scale = scale(family);
    List<Float> mean = mean();
    OnnxModel model = finished;
    Optional<DetectorSpec> detector =
        layout.map(l -> spec(l, family, model, reverse ? Colour.BGR : trained));
    Map<Integer, String> names = outputNames(model, tensors, sized);
    return new Plan(
        finished,
        reverse,
        mean,
        scale,
        names,
        detector,
        headWeights,
        rewrites,
        resolved(sized, wasOpen(read), tensors, mean, scale, reverse, detector),
        kept(finished, tensors, mean, scale, reverse),
        List.copyOf(decisions));
  }

  /**
   * Rewrites before another size is set: what a rewrite folds away often has the old one built in.
   */
  private OnnxModel finish(OnnxModel cut, DetectorFamily family, boolean sizeIsSet) {
    OnnxModel finished = rewrite(cut);
    if (options.inputShape().isPresent() && !sizeIsSet) {
      checkStrides(family, options.inputShape().get());
      finished = finished.withInputShape(options.inputShape().get());
    }
    Optional<String> contradiction = finished.contradiction();
    if (contradiction.isPresent()) {
      throw new ModelException(
          "'%s' cannot take the input %s, another size is built into it: %s; export it at this size, or without simplifying it"
              .formatted(options.onnx(), finished.inputs().get(0), contradiction.get()));
    }
    return finished;
  }

  // ---- input

  private static boolean wasOpen(OnnxModel model) {
    return model.inputs().size() == 1 && !model.inputs().get(0).isStatic();
  }

  /** Closes a size that the exporter left open: a static graph is faster and steady in memory. */
  private OnnxModel sized(OnnxModel model) {
    if (!wasOpen(model)) {
      return model;
    }
    Shape open = model.inputs().get(0).shape();
    if (options.inputShape().isPresent()) {
      OnnxModel closed = model.withInputShape(options.inputShape().get());
      checkStrides(Families.ALL.recognise(closed), options.inputShape().get());
      decide(
          "input",
          options.inputShape().get(),
          "as asked; the model leaves it open (%s)".formatted(open));
      return closed;
    }
    if (open == null || open.rank() != 4) {
      return model;
    }
    List<Long> noted = imageSize(model);
    long height = open.dim(2) > 0 ? open.dim(2) : noted.isEmpty() ? USUAL_SIZE : noted.get(0);
    long width = open.dim(3) > 0 ? open.dim(3) : noted.isEmpty() ? USUAL_SIZE : noted.get(1);
    Shape shape =
        Shape.of(Math.max(1, open.dim(0)), open.dim(1) > 0 ? open.dim(1) : 3, height, width);
    OnnxModel closed = model.withInputShape(shape);
    if (Families.ALL.recognise(closed) instanceof Unknown) {
      return model;
    }
    String source =
        open.dim(2) > 0 && open.dim(3) > 0
            ? "one picture at a time"
            : noted.isEmpty() ? "the usual size" : "the size that the exporter noted";
    decide(
        "input",
        shape,
        "the model leaves it open (%s); %s; --input-shape sets another".formatted(open, source));
    return closed;
  }

  /** Ultralytics notes height and width as {@code [640, 640]}, or one side for both. */
  private static List<Long> imageSize(OnnxModel model) {
    List<Long> sides =
        Pattern.compile("\\d{1,5}")
            .matcher(model.metadata().getOrDefault("imgsz", ""))
            .results()
            .map(match -> Long.valueOf(match.group()))
            .toList();
    return sides.size() == 1
        ? List.of(sides.get(0), sides.get(0))
        : sides.size() == 2 ? sides : List.of();
  }

  private void checkStrides(DetectorFamily family, Shape shape) {
    int largest = strides(family).stream().mapToInt(Integer::intValue).max().orElse(1);
    if (shape.rank() == 4 && (shape.dim(2) % largest != 0 || shape.dim(3) % largest != 0)) {
      throw new OptionException(
          "--input-shape %s: height and width must be multiples of %d, the largest stride of '%s'; try %s"
              .formatted(
                  commas(shape),
                  largest,
                  options.onnx(),
                  commas(
                      Shape.of(
                          shape.dim(0),
                          shape.dim(1),
                          nextMultiple(shape.dim(2), largest),
                          nextMultiple(shape.dim(3), largest)))));
    }
  }

  private static long nextMultiple(long value, int of) {
    return Math.max(1, (value + of / 2) / of) * of;
  }

  private static String commas(Shape shape) {
    return shape.dims().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static List<Integer> strides(DetectorFamily family) {
    if (family instanceof Yolov5 yolo) {
      return yolo.heads().stream().map(FoundHead::stride).toList();
    }
    if (family instanceof Yolox yolo) {
      return yolo.heads().stream().map(FoundHead::stride).toList();
    }
    return family instanceof Yolov8 yolo ? yolo.strides() : List.of();
  }

  // ---- outputs

  private List<String> tensors(OnnxModel model, DetectorFamily family) {
    List<String> own = model.outputs().stream().map(TensorInfo::name).toList();
    if (options.outputs() instanceof Outputs.Named named) {
      List<String> tensors = resolve(model, named.names(), family);
      decide("outputs", String.join(", ", named.names()), "as asked");
      return tensors;
    }
    if (options.outputs() instanceof Outputs.Tensors exact) {
      for (String tensor : exact.names()) {
        if (!model.computes(tensor)) {
          throw new ModelException(
              "'%s' computes no tensor '%s', which was to be an output"
                  .formatted(options.onnx(), tensor));
        }
      }
      decide("outputs", String.join(", ", exact.names()), "as asked");
      return exact.names();
    }
    if (options.outputs() instanceof Outputs.Columns) {
      decide("outputs", "columns", "as asked: one output [1,4+classes,N], decoded in the graph");
      return family instanceof Yolov5 yolo
          ? yolo.heads().stream().map(FoundHead::tensor).toList()
          : own;
    }
    if (options.outputs() instanceof Outputs.Lazy) {
      List<String> tensors = lazyHeads(family).heads().stream().map(FoundHead::tensor).toList();
      decide(
          "outputs",
          "lazy heads",
          "as asked: objectness and feature map of each head; ovkit alone computes boxes from them, where the objectness passes");
      return tensors;
    }
    if (options.outputs() instanceof Outputs.Auto && family instanceof Yolov5 yolo) {
      decide(
          "outputs",
          yolo.heads().stream().map(Planner::title).collect(Collectors.joining(", ")),
          "the heads of a YOLOv5-type detector: %d anchors x (5 + %d classes), strides %s"
              .formatted(yolo.anchorsPerCell(), yolo.classes(), join(strides(yolo))));
      for (String note : yolo.notes()) {
        decide("heads", "assumed", note);
      }
      return yolo.heads().stream().map(FoundHead::tensor).toList();
    }
    String why =
        options.outputs() instanceof Outputs.AsTheyAre
            ? "as asked"
            : family instanceof Unknown unknown
                ? "converted as it is: not recognised as a YOLO detector: " + unknown.reason()
                : "%s: its own output is kept"
                    .formatted(family.getClass().getSimpleName().toUpperCase(Locale.ROOT));
    decide("outputs", String.join(", ", own), why);
    return own;
  }

  private Yolov5 lazyHeads(DetectorFamily family) {
    if (family instanceof Yolov5 yolo) {
      return yolo;
    }
    throw new ModelException(
        "'%s' cannot have lazy heads: %s; convert it without --heads lazy"
            .formatted(
                options.onnx(),
                family instanceof Yolox
                    ? "YOLOX computes objectness and classes by several convolutions from different feature maps"
                    : family instanceof Unknown unknown
                        ? "it is not recognised as a YOLO detector: " + unknown.reason()
                        : "YOLOv8 has no objectness that says which cells are worth computing"));
  }

  /** Head names differ from export to export, so a miss also says which heads this model has. */
  private static List<String> resolve(OnnxModel model, List<String> names, DetectorFamily family) {
    try {
      return model.resolveOutputs(names);
    } catch (ModelException e) {
      if (family instanceof Yolov5 yolo) {
        throw new ModelException(
            "%s; its heads are %s, which --output auto takes"
                .formatted(
                    e.getMessage(),
                    yolo.heads().stream()
                        .map(head -> title(head) + " (" + head.shape() + ")")
                        .collect(Collectors.joining(", "))),
            e);
      }
      throw e;
    }
  }

  private static String title(FoundHead head) {
    return head.node().isEmpty() ? head.tensor() : head.node();
  }

  private static Map<Integer, String> outputNames(
      OnnxModel model, List<String> tensors, OnnxModel source) {
    Map<Integer, String> names = new LinkedHashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      String node = source.nodeOf(tensors.get(i));
      if (!node.isEmpty() && !node.equals(tensors.get(i))) {
        names.put(i, node);
      }
    }
    return names;
  }

  // ---- layout

  private Optional<HeadLayout> layout(
      DetectorFamily family, List<String> tensors, OnnxModel model) {
    Optional<HeadLayout> layout =
        family instanceof Yolov5 yolo
            ? yolov5Layout(yolo, tensors, model)
            : family instanceof Yolox yolo
                ? yoloxLayout(yolo, tensors)
                : family instanceof Yolov8 yolo && tensors.contains(yolo.output())
                    ? Optional.of(new FlatColumns(yolo.output(), yolo.classes()))
                    : Optional.empty();
    if (layout.isEmpty() && !(family instanceof Unknown)) {
      decide(
          "decoding",
          "none",
          "these outputs are not a whole detector; infer cannot read boxes from them");
    }
    return layout;
  }

  private Optional<HeadLayout> yolov5Layout(Yolov5 yolo, List<String> tensors, OnnxModel model) {
    List<String> heads = yolo.heads().stream().map(FoundHead::tensor).toList();
    if (new HashSet<>(tensors).containsAll(heads)) {
      return Optional.of(new RawHeads(heads(yolo, heads), yolo.classes()));
    }
    Optional<FlatOutput> flat = yolo.flat().filter(f -> tensors.contains(f.tensor()));
    if (flat.isPresent()) {
      return flatLayout(yolo, flat.get());
    }
    List<String> maps = maps(yolo, tensors, model);
    return maps.size() == heads.size()
        ? Optional.of(new RawHeads(heads(yolo, maps), yolo.classes()))
        : Optional.empty();
  }

  private Optional<HeadLayout> flatLayout(Yolov5 yolo, FlatOutput flat) {
    if (flat.rows() == Rows.SCRAMBLED || flat.tail() == Tail.LOGITS) {
      return Optional.empty();
    }
    boolean decoded = flat.tail() == Tail.DECODED;
    decide(
        "decoding",
        decoded ? "in the graph" : "grid and anchors by the client",
        "so the graph's tail says");
    List<String> names = yolo.heads().stream().map(h -> flat.tensor()).toList();
    return Optional.of(
        new FlatRows(
            flat.tensor(),
            decoded ? BoxCoding.PIXELS : BoxCoding.YOLOV5_SIGMOID,
            false,
            decoded ? List.of() : heads(yolo, names),
            yolo.classes()));
  }

  /** The plain export's outputs {@code [1, na, H, W, 5+nc]}, in the order of the heads. */
  private static List<String> maps(Yolov5 yolo, List<String> tensors, OnnxModel model) {
    List<String> maps = new ArrayList<>();
    for (FoundHead head : yolo.heads()) {
      Shape wanted =
          Shape.of(
              1,
              yolo.anchorsPerCell(),
              head.shape().dim(2),
              head.shape().dim(3),
              5 + yolo.classes());
      model.outputs().stream()
          .filter(output -> tensors.contains(output.name()) && wanted.equals(output.shape()))
          .findFirst()
          .ifPresent(output -> maps.add(output.name()));
    }
    return maps;
  }

  private List<Head> heads(Yolov5 yolo, List<String> tensors) {
    boolean carried = yolo.heads().stream().noneMatch(head -> head.anchors().isEmpty());
    @Nullable List<List<Anchor>> usualAnchors =
        yolo.anchorsPerCell() == 3 ? YoloAnchors.usual(strides(yolo)) : null;
    if (!carried && usualAnchors == null) {
      throw new ModelException(
          "'%s' does not carry its anchors, and for %d a cell at strides %s there are no usual ones; export it with decoding (one output [1,N,5+nc]), or keep its outputs with --output none"
              .formatted(options.onnx(), yolo.anchorsPerCell(), join(strides(yolo))));
    }
    decide(
        "anchors",
        carried ? "from the graph" : "YOLOv5's own",
        carried
            ? "the constants of its decoding"
            : "this export does not carry them; wrong for a model trained with others");
    List<Head> heads = new ArrayList<>();
    for (int i = 0; i < yolo.heads().size(); i++) {
      FoundHead found = yolo.heads().get(i);
      heads.add(
          new Head(
              tensors.get(i),
              found.stride(),
              usualAnchors == null || carried ? found.anchors() : usualAnchors.get(i)));
    }
    return heads;
  }

  private Optional<HeadLayout> yoloxLayout(Yolox yolo, List<String> tensors) {
    if (!tensors.contains(yolo.output())) {
      return Optional.empty();
    }
    if (yolo.rows() == Rows.SCRAMBLED) {
      decide(
          "decoding",
          "impossible",
          "the rows of '%s' are scrambled: this export lacks a transpose; export it again"
              .formatted(yolo.output()));
      return Optional.empty();
    }
    List<Head> heads =
        yolo.boxes() == BoxCoding.PIXELS
            ? List.of()
            : yolo.heads().stream()
                .map(found -> new Head(yolo.output(), found.stride(), List.of()))
                .toList();
    decide(
        "decoding",
        yolo.boxes() == BoxCoding.PIXELS || options.outputs() instanceof Outputs.Columns
            ? "in the graph"
            : "grid by the client",
        "objectness and classes are %s".formatted(yolo.logits() ? "logits" : "sigmoids already"));
    return Optional.of(
        new FlatRows(yolo.output(), yolo.boxes(), yolo.logits(), heads, yolo.classes()));
  }

  // ---- preprocessing

  private boolean reverse(DetectorFamily family) {
    if (options.reverseChannels().isPresent()) {
      boolean asked = options.reverseChannels().get();
      decide("channels", asked ? "reversed (the IR takes BGR)" : "not reversed", "as asked");
      return asked;
    }
    boolean reverse = family instanceof Yolov5 || family instanceof Yolov8;
    decide(
        "channels",
        reverse ? "reversed (the IR takes BGR)" : "not reversed",
        reverse
            ? "the family is trained on RGB, and cameras and OpenCV give BGR"
            : family instanceof Yolox
                ? "YOLOX is trained on BGR; a graph cannot show another choice: --reverse-input-channels"
                : "nothing is known of this model");
    return reverse;
  }

  private List<Float> scale(DetectorFamily family) {
    if (options.scale().isPresent()) {
      decide("scale", numbers(options.scale().get()), "as asked");
      return options.scale().get();
    }
    boolean unit = family instanceof Yolov5 || family instanceof Yolov8;
    decide(
        "scale",
        unit ? "255" : "none",
        unit
            ? "the family is trained on 0..1"
            : family instanceof Yolox
                ? "YOLOX is trained on 0..255; older ones on ImageNet's mean and deviation, which a graph cannot show: --mean, --scale-values"
                : "nothing is known of this model");
    return unit ? List.of(255f) : List.of();
  }

  private List<Float> mean() {
    options.mean().ifPresent(values -> decide("mean", numbers(values), "as asked"));
    return options.mean().orElse(List.of());
  }

  private Resize resize(DetectorFamily family) {
    boolean yolox = family instanceof Yolox;
    Resize.Mode mode =
        options
            .resize()
            .orElse(yolox ? Resize.Mode.LETTERBOX_TOP_LEFT : Resize.Mode.LETTERBOX_CENTRE);
    int pad = options.pad().orElse(Resize.LETTERBOX.padValue());
    decide(
        "letterbox",
        (mode == Resize.Mode.LETTERBOX_CENTRE
                ? "centred"
                : mode == Resize.Mode.LETTERBOX_TOP_LEFT ? "top left" : "stretch")
            + ", grey "
            + pad,
        options.resize().isPresent()
            ? "as asked"
            : yolox ? "as YOLOX does it" : "as the family does it");
    return new Resize(mode, pad);
  }

  // ---- detector

  private DetectorSpec spec(
      HeadLayout layout, DetectorFamily family, OnnxModel model, Colour colour) {
    Shape picture = Objects.requireNonNull(model.inputs().get(0).shape());
    return new DetectorSpec(
        Math.toIntExact(picture.dim(3)),
        Math.toIntExact(picture.dim(2)),
        colour,
        resize(family),
        layout,
        labels(layout, model),
        threshold(model, "confidence_threshold", DetectorSpec.DEFAULT_CONFIDENCE),
        threshold(model, "iou_threshold", DetectorSpec.DEFAULT_IOU));
  }

  /** A training script may note at which score its model works best. */
  private float threshold(OnnxModel model, String key, float otherwise) {
    String noted = model.metadata().get(key);
    try {
      float value = noted == null ? Float.NaN : Float.parseFloat(noted);
      if (noted != null && value >= 0 && value <= 1) {
        decide(key.replace("_threshold", ""), noted, "the exporter noted this threshold");
        return value;
      }
    } catch (NumberFormatException e) {
      // as if it were not there
    }
    return otherwise;
  }

  private List<String> labels(HeadLayout layout, OnnxModel model) {
    if (!options.labels().isEmpty()) {
      if (options.labels().size() != layout.classes()) {
        throw new OptionException(
            "--labels has %d names, but '%s' has %d classes; one name a line, in the order of training"
                .formatted(options.labels().size(), options.onnx(), layout.classes()));
      }
      decide("labels", options.labels().size() + " names", "as given");
      return options.labels();
    }
    List<String> noted = model.labels();
    if (noted.size() == layout.classes()) {
      decide("labels", noted.size() + " names", "the exporter noted them");
      return noted;
    }
    decide("labels", "none", "the model carries none; --labels FILE gives them");
    return List.of();
  }

  // ---- the rest

  private OnnxModel rewrite(OnnxModel model) {
    if (!options.rewrite()) {
      decide("rewrites", "none", "as asked");
      return model;
    }
    Rewritten rewritten = Rewrites.apply(model);
    rewrites = rewritten.fired();
    decide(
        "rewrites",
        rewritten.fired().isEmpty()
            ? "none"
            : rewritten.fired().entrySet().stream()
                .map(e -> e.getKey() + " x" + e.getValue())
                .collect(Collectors.joining(", ")),
        "exact; --no-rewrite turns them off");
    return rewritten.model();
  }

  /** The options with everything that was decided put in. */
  private ConvertOptions resolved(
      OnnxModel sized,
      boolean wasOpen,
      List<String> tensors,
      List<Float> mean,
      List<Float> scale,
      boolean reverse,
      Optional<DetectorSpec> detector) {
    List<String> own = sized.outputs().stream().map(TensorInfo::name).toList();
    Optional<Shape> closed =
        wasOpen && !wasOpen(sized)
            ? Optional.ofNullable(sized.inputs().get(0).shape())
            : options.inputShape();
    return new ConvertOptions(
        options.onnx(),
        options.directory(),
        options.name(),
        options.dataType(),
        options.outputs() instanceof Outputs.Columns || options.outputs() instanceof Outputs.Lazy
            ? options.outputs()
            : tensors.equals(own) ? new Outputs.AsTheyAre() : new Outputs.Tensors(tensors),
        closed,
        mean.isEmpty() ? Optional.empty() : Optional.of(mean),
        scale.isEmpty() ? Optional.empty() : Optional.of(scale),
        Optional.of(reverse),
        detector.map(d -> d.resize().mode()).or(options::resize),
        detector.map(d -> OptionalInt.of(d.resize().padValue())).orElse(options.pad()),
        detector.map(DetectorSpec::labels).orElse(options.labels()),
        options.rewrite());
  }

  /** What the IR keeps of how it was made: resolved values only, no paths, no time. */
  private Map<String, String> kept(
      OnnxModel model, List<String> tensors, List<Float> mean, List<Float> scale, boolean reverse) {
    Map<String, String> kept = new TreeMap<>();
    kept.put("source_sha256", model.sha256());
    kept.put("data_type", options.dataType().name());
    kept.put("reversed_channels", Boolean.toString(reverse));
    if (!mean.isEmpty()) {
      kept.put("mean", numbers(mean));
    }
    if (!scale.isEmpty()) {
      kept.put("scale", numbers(scale));
    }
    kept.put("outputs", String.join(",", tensors));
    kept.put("rewrite", Boolean.toString(options.rewrite()));
    return kept;
  }

  private static String numbers(List<Float> values) {
    return values.stream()
        .map(v -> v == Math.rint(v) ? Long.toString(v.longValue()) : v.toString())
        .collect(Collectors.joining(","));
  }

  private static String join(List<Integer> values) {
    return values.stream()
        .sorted(Comparator.naturalOrder())
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  private void decide(String what, Object value, String why) {
    decisions.add(new Decision(what, value.toString(), why));
  }
}
