package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.IrOptions;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.ModelOption;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.CocoMetrics;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Picture;
import dev.ovkit.report.EvaluationReport;
import dev.ovkit.subject.OnnxSubject;
import dev.ovkit.subject.Subject;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit eval}. */
@Command(
    name = "eval",
    customSynopsis = "ovkit eval [OPTIONS] MODEL (--coco FILE.json | --labels DIR) --images DIR",
    description = {
      "Measures a detector's accuracy on pictures with known objects: COCO mAP and recall.",
      "",
      "The figures are the same as pycocotools prints. Settings come from the IR, but not its"
          + " thresholds; options given here override them."
    },
    footer = {
      "  ovkit eval model.xml --coco instances_val2017.json --images val2017",
      "  ovkit eval --ir model.xml --labels labels/val --images images/val --json"
    })
final class EvalCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--onnx",
      paramLabel = "MODEL.onnx",
      description = "Evaluate an ONNX model in ONNX Runtime instead of an IR.")
  private @Nullable Path onnx;

  private Path file = Path.of("");

  @ArgGroup(multiplicity = "1")
  private Truth truth;

  private static final class Truth {
    @Option(
        names = "--coco",
        required = true,
        paramLabel = "FILE.json",
        description = "The objects as COCO annotations.")
    private @Nullable Path coco;

    @Option(
        names = "--labels",
        required = true,
        paramLabel = "DIR",
        description =
            "The objects as YOLO labels: a .txt file per picture, with a line 'class cx cy width"
                + " height' per object.")
    private @Nullable Path labels;
  }

  @Option(
      names = {"-i", "--images", "--image"},
      required = true,
      paramLabel = "DIR",
      description = "Folder of the pictures.")
  private Path images;

  @Option(
      names = "--names",
      paramLabel = "FILE",
      description = "Class names of the model, one per line. Default: the model's own.")
  private @Nullable Path names;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      defaultValue = "" + CocoEvaluation.CONFIDENCE,
      description = "Lowest score, 0..1. Default: ${DEFAULT-VALUE}.")
  private float confidence;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      defaultValue = "" + CocoEvaluation.IOU,
      description =
          "Overlap (IoU) above which the weaker of two boxes is dropped, 0..1. Default:"
              + " ${DEFAULT-VALUE}.")
  private float iou;

  @Option(
      names = "--max-det",
      paramLabel = "N",
      defaultValue = "" + CocoEvaluation.MOST_BOXES,
      description = "Most boxes per picture; the best are kept. Default: ${DEFAULT-VALUE}.")
  private int maxDetections;

  @Mixin private IrOptions reading;

  @Mixin private PictureOptions picture;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--detections",
      paramLabel = "FILE.json",
      description = "Write the detections as COCO results, which pycocotools reads.")
  private @Nullable Path detections;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a report: one HTML file with precision-recall and F1 curves, the confusion matrix"
              + " and the pictures with most mistakes.")
  private @Nullable Path html;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    if (onnx == null) {
      file = model.model();
      return evaluateIr(file);
    }
    if (model.given()) {
      throw new ParameterException(
          spec.commandLine(), "give a MODEL or --onnx MODEL.onnx, not both");
    }
    file = onnx;
    return evaluateOnnx(file);
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
            .withCompile(CompileOptions.defaults().withHint(CompileOptions.Hint.THROUGHPUT))
            .withDetect(detectOptions())
            .withSpec(detector);
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
    return names == null ? changed : Labels.apply("--names", names, changed, file);
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
    try (Progress progress = Progress.ofPictures(truth.pictures().size())) {
      evaluation = CocoEvaluation.run(truth, objects.mapping(), detect, threads, progress::step);
    }
    if (detections != null) {
      evaluation.writeDetections(detections);
    }
    if (html != null) {
      EvaluationReport.write(file, truth, evaluation, html);
    }
    CocoMetrics metrics = evaluation.metrics();
    double seconds = (System.nanoTime() - start) / 1_000_000 / 1e3;
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, json(objects, evaluation, metrics, seconds));
    } else {
      print(objects, metrics, seconds, out);
    }
    return ExitCode.DONE;
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
    object.put("model", file.toString());
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
        file,
        objects.truth().pictures().size(),
        objects.truth().objects(),
        confidence,
        iou,
        seconds);
    out.println(
        switch (objects.mapping().how()) {
          case NAMES -> "classes are matched to categories by name";
          case ORDER -> "classes are matched to categories in the order of their ids";
          case NUMBERS -> "classes are matched to labels by number";
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
