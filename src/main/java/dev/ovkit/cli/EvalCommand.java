package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.cli.option.IrOptions;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.CocoMetrics;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.DerivedSpec;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.IrDescription;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.subject.OnnxSubject;
import dev.ovkit.subject.Subject;
import dev.ovkit.vision.DetectOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit eval}. */
@Command(
    name = "eval",
    description = {
      "Measures a detector's accuracy on pictures with known objects: COCO's mAP and recall.",
      "",
      "The figures are those of pycocotools. What the IR says of itself is used, but for its thresholds; an option given here wins over it."
    },
    footer = {
      "  ovkit eval --ir model.xml --coco instances_val2017.json --images val2017",
      "  ovkit eval --ir model.xml --labels labels/val --images images/val --json"
    })
final class EvalCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Model model;

  private static final class Model {
    @Option(
        names = "--ir",
        required = true,
        paramLabel = "MODEL.xml",
        description = "The IR; its .bin lies beside it.")
    private @Nullable Path ir;

    @Option(
        names = "--onnx",
        required = true,
        paramLabel = "MODEL.onnx",
        description = "An ONNX in place of the IR; it runs in ONNX Runtime.")
    private @Nullable Path onnx;

    Path file() {
      return ir != null ? ir : java.util.Objects.requireNonNull(onnx);
    }
  }

  @ArgGroup(multiplicity = "1")
  private Truth truth;

  private static final class Truth {
    @Option(
        names = "--coco",
        required = true,
        paramLabel = "FILE.json",
        description = "The objects as COCO's annotations.")
    private @Nullable Path coco;

    @Option(
        names = "--labels",
        required = true,
        paramLabel = "DIR",
        description =
            "The objects as a YOLO trainer's labels: a .txt a picture, a line 'class cx cy width height' an object.")
    private @Nullable Path labels;
  }

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The folder of the pictures.")
  private Path images;

  @Option(
      names = "--names",
      paramLabel = "FILE",
      description = "The names of the model's classes, one a line. Default: the model's.")
  private @Nullable Path names;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      defaultValue = "" + CocoEvaluation.CONFIDENCE,
      description = "The lowest score, 0..1. Default: ${DEFAULT-VALUE}.")
  private float confidence;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      defaultValue = "" + CocoEvaluation.IOU,
      description =
          "The overlap above which the weaker of two boxes is dropped, 0..1. Default: ${DEFAULT-VALUE}.")
  private float iou;

  @Option(
      names = "--max-det",
      paramLabel = "N",
      defaultValue = "" + CocoEvaluation.MOST_BOXES,
      description = "The most boxes a picture, best first. Default: ${DEFAULT-VALUE}.")
  private int maxDetections;

  @Mixin private IrOptions reading;

  @Mixin private PictureOptions picture;

  @Option(
      names = "--detections",
      paramLabel = "FILE.json",
      description = "Write what was found as COCO's results, for pycocotools and its like.")
  private @Nullable Path detections;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    return model.ir != null ? evaluateIr(model.ir) : evaluateOnnx(model.file());
  }

  private int evaluateIr(Path ir) {
    DerivedSpec derived = DerivedSpec.of(IrDescription.read(ir), Layouts.ALL);
    derived
        .assumptions()
        .forEach(a -> spec.commandLine().getErr().println("ovkit: assumed: " + a.sentence()));
    DetectorSpec detector = changed(derived.spec());
    Objects objects = read(detector);
    DetectorOptions options =
        DetectorOptions.defaults()
            .with(CompileOptions.defaults().with(CompileOptions.Hint.THROUGHPUT))
            .with(detectOptions())
            .with(detector);
    try (Detector opened = Detector.open(ir, options)) {
      return evaluate(objects, opened::detect, opened.requests());
    }
  }

  private int evaluateOnnx(Path onnx) {
    SourceDetector source = SourceDetector.of(ConvertOptions.of(onnx));
    DetectorSpec detector = changed(source.spec());
    Objects objects = read(detector);
    try (Subject opened = OnnxSubject.open(onnx, source, detector, detectOptions())) {
      return evaluate(objects, file -> detect(opened, file), 1);
    }
  }

  private static Detections detect(Subject subject, Path file) {
    try (Picture read = Picture.read(file)) {
      return subject.answer(read).detections();
    }
  }

  private DetectOptions detectOptions() {
    return DetectOptions.defaults()
        .withConfidence(confidence)
        .withIou(iou)
        .withMaxDetections(maxDetections);
  }

  private DetectorSpec changed(DetectorSpec detector) {
    DetectorSpec changed = reading.applyTo(picture.applyTo(detector));
    if (names == null) {
      return changed;
    }
    List<String> read = Labels.read(names);
    if (read.size() != detector.layout().classes()) {
      throw new OptionException(
          "--names '%s' has %d names, but '%s' has %d classes"
              .formatted(names, read.size(), model.file(), detector.layout().classes()));
    }
    return changed.withLabels(read);
  }

  private record Objects(GroundTruth truth, ClassMapping mapping) {}

  private Objects read(DetectorSpec detector) {
    if (truth.coco != null) {
      GroundTruth read = GroundTruth.coco(truth.coco, images);
      return new Objects(read, ClassMapping.of(detector, read));
    }
    int classes = detector.layout().classes();
    GroundTruth read =
        GroundTruth.yolo(
            java.util.Objects.requireNonNull(truth.labels),
            new PictureList(List.of(images.toString())).expand(),
            IntStream.range(0, classes).mapToObj(detector::label).toList());
    return new Objects(read, ClassMapping.numbers(classes));
  }

  private int evaluate(Objects objects, Function<Path, Detections> detect, int threads) {
    GroundTruth truth = objects.truth();
    long start = System.nanoTime();
    CocoEvaluation evaluation;
    try (@Nullable ProgressBar bar = progress(truth.pictures().size())) {
      Runnable step = bar == null ? () -> {} : bar::step;
      evaluation = CocoEvaluation.run(truth, objects.mapping(), detect, threads, step);
    }
    if (detections != null) {
      evaluation.writeDetections(detections);
    }
    CocoMetrics metrics = evaluation.metrics();
    double seconds = (System.nanoTime() - start) / 1_000_000 / 1e3;
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Json.print(out, json(objects, evaluation, metrics, seconds));
    } else {
      print(objects, metrics, seconds, out);
    }
    return ExitCode.DONE;
  }

  private static @Nullable ProgressBar progress(int pictures) {
    return Boolean.getBoolean("ovkit.progress") ? new ProgressBar("pictures", pictures) : null;
  }

  // ---- results

  private static Map<String, Double> figures(CocoMetrics metrics) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("map", metrics.map());
    figures.put("map50", metrics.map50());
    figures.put("map75", metrics.map75());
    figures.put("map_small", metrics.mapSmall());
    figures.put("map_medium", metrics.mapMedium());
    figures.put("map_large", metrics.mapLarge());
    figures.put("ar1", metrics.ar1());
    figures.put("ar10", metrics.ar10());
    figures.put("ar100", metrics.ar100());
    figures.put("ar_small", metrics.arSmall());
    figures.put("ar_medium", metrics.arMedium());
    figures.put("ar_large", metrics.arLarge());
    return figures;
  }

  private Map<String, Object> json(
      Objects objects, CocoEvaluation evaluation, CocoMetrics metrics, double seconds) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", model.file().toString());
    object.put("pictures", objects.truth().pictures().size());
    object.put("objects", objects.truth().objects());
    object.put("detections", evaluation.detections());
    object.put("mapping", objects.mapping().how().name().toLowerCase(Locale.ROOT));
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("conf", confidence);
    settings.put("iou", iou);
    settings.put("max_det", maxDetections);
    object.put("settings", settings);
    figures(metrics).forEach((name, figure) -> object.put(name, orNull(figure)));
    List<Map<String, Object>> perClass = new ArrayList<>();
    for (CocoMetrics.PerClass one : metrics.perClass()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("category_id", one.category());
      row.put("name", one.name());
      row.put("objects", one.objects());
      row.put("map", orNull(one.ap()));
      row.put("map50", orNull(one.ap50()));
      row.put("map75", orNull(one.ap75()));
      perClass.add(row);
    }
    object.put("per_class", perClass);
    object.put("seconds", seconds);
    return object;
  }

  /** JSON has no NaN: where there is nothing to measure, there is no figure. */
  private static @Nullable Double orNull(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }

  private void print(Objects objects, CocoMetrics metrics, double seconds, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s  %d pictures  %d objects  conf %s  iou %s  %.1f s%n",
        model.file(),
        objects.truth().pictures().size(),
        objects.truth().objects(),
        confidence,
        iou,
        seconds);
    out.println(
        switch (objects.mapping().how()) {
          case NAMES -> "classes are the categories of the same name";
          case ORDER -> "classes are the categories in the order of their ids";
          case NUMBERS -> "classes are the labels' numbers";
        });
    out.println();
    out.println("         all    @.50   @.75   small  medium large");
    row(
        out,
        "mAP",
        metrics.map(),
        metrics.map50(),
        metrics.map75(),
        metrics.mapSmall(),
        metrics.mapMedium(),
        metrics.mapLarge());
    out.println();
    out.println("boxes    1      10     100    small  medium large");
    row(
        out,
        "recall",
        metrics.ar1(),
        metrics.ar10(),
        metrics.ar100(),
        metrics.arSmall(),
        metrics.arMedium(),
        metrics.arLarge());
    out.println();
    out.println("class                   objects  AP     @.50   @.75");
    for (CocoMetrics.PerClass one : metrics.perClass()) {
      if (one.objects() > 0) {
        out.printf(
            "%-22s  %7d  %s  %s  %s%n",
            one.name(), one.objects(), text(one.ap()), text(one.ap50()), text(one.ap75()));
      }
    }
  }

  private static void row(PrintWriter out, String name, double... figures) {
    StringBuilder row = new StringBuilder("%-7s".formatted(name));
    for (double figure : figures) {
      row.append("  ").append(text(figure));
    }
    out.println(row);
  }

  private static String text(double figure) {
    return Double.isNaN(figure) ? "-    " : String.format(Locale.ROOT, "%.3f", figure);
  }
}
