package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.cli.option.BitDepthOption;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.IrOptions;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.ModelOption;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.ClassEvaluation;
import dev.ovkit.cli.print.Evaluation;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.ObjectEvaluation;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.evaluate.PictureFolders;
import dev.ovkit.evaluate.Similarity;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.OnnxSubject;
import dev.ovkit.subject.Subject;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
      "Measures a model's accuracy on pictures with known objects. A detector is measured by COCO mAP and recall of its boxes, masks, key points or rotated boxes. A classifier is measured by its accuracy on a folder that has one subfolder of pictures for each class.",
      "",
      "The figures are the same as those of pycocotools. Settings are read from the IR, except for its thresholds; options given here override them."
    },
    footer = {
      "  ovkit eval model.xml --coco instances_val2017.json --images val2017",
      "  ovkit eval --ir model.xml --labels labels/val --images images/val --json",
      "  ovkit eval classifier.xml --images imagenet/val"
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

  @ArgGroup private @Nullable Truth truth;

  private static final class Truth {
    @Option(
        names = "--coco",
        required = true,
        paramLabel = "FILE.json",
        description = "The known objects as COCO annotations.")
    private @Nullable Path coco;

    @Option(
        names = "--labels",
        required = true,
        paramLabel = "DIR",
        description =
            "The known objects as YOLO labels: one .txt file per picture, with one line per object. A box is 'class cx cy width height', and its key points follow on the same line. A mask or rotated box is 'class x y x y …'.")
    private @Nullable Path labels;
  }

  @Option(
      names = {"-i", "--images", "--image"},
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of the pictures; for a classifier, a folder that has one subfolder per class.")
  private Path images;

  @Option(
      names = "--names",
      paramLabel = "FILE",
      description = "Text file of class names, one per line. Default: the names in the model.")
  private @Nullable Path names;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      defaultValue = "" + CocoEvaluation.CONFIDENCE,
      description =
          "Lowest score of a box, 0..1. The classes of a classifier count at any score. Default: ${DEFAULT-VALUE}.")
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
      description =
          "Largest number of boxes per picture; the boxes with the highest scores are kept. Default: ${DEFAULT-VALUE}.")
  private int maxDetections;

  @Mixin private IrOptions reading;

  @Mixin private PictureOptions picture;

  @Mixin private BitDepthOption bitDepth;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--detections",
      paramLabel = "FILE.json",
      description =
          "Write the detections as COCO results, which pycocotools can read: masks or key points if the model finds them, otherwise boxes.")
  private @Nullable Path detections;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a report: one HTML file with precision-recall and F1 curves, the confusion matrix and the pictures with the most mistakes.")
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
    Evaluation evaluation = evaluation(detector);
    DetectorOptions options =
        bitDepth.applyTo(
            DetectorOptions.defaults()
                .withCompile(CompileOptions.defaults().withHint(CompileOptions.Hint.THROUGHPUT))
                .withDetect(evaluation.options())
                .withSpec(detector));
    try (Detector opened = Detector.open(ir, options)) {
      return report(evaluation, opened::detect, opened.requests());
    }
  }

  private int evaluateOnnx(Path onnx) {
    SourceDetector source =
        SourceDetector.of(
            ConvertOptions.of(onnx).describedAs(ModelDescription.family(model.family())));
    DetectorSpec detector = changed(source.spec());
    Evaluation evaluation = evaluation(detector);
    try (Subject opened = OnnxSubject.open(onnx, source, detector, evaluation.options())) {
      return report(evaluation, file -> detect(opened, file), 1);
    }
  }

  private Detections detect(Subject subject, Path file) {
    try (Picture read = Picture.read(file, bitDepth.bits())) {
      return subject.answer(read).detections();
    }
  }

  private DetectorSpec changed(DetectorSpec detector) {
    DetectorSpec changed = reading.applyTo(picture.applyTo(detector));
    return names == null ? changed : Labels.apply("--names", names, changed, file);
  }

  // ---- what the model is measured against

  private Evaluation evaluation(DetectorSpec detector) {
    return detector.task() == DetectorSpec.Task.CLASSIFY ? classes(detector) : objects(detector);
  }

  private Evaluation classes(DetectorSpec classifier) {
    if (truth != null) {
      throw usage(
          "'%s' is a classifier: leave out %s, and give --images a folder with a folder of pictures for each class"
              .formatted(file, truth.coco != null ? "--coco" : "--labels"));
    }
    if (detections != null || html != null) {
      throw usage(
          "'%s' is a classifier: leave out %s, which is about objects"
              .formatted(file, detections != null ? "--detections" : "--html"));
    }
    return new ClassEvaluation(classifier, PictureFolders.read(images, EvalCommand::pictures));
  }

  private Evaluation objects(DetectorSpec detector) {
    if (truth == null) {
      throw usage("give the objects of the pictures with --coco FILE.json or --labels DIR");
    }
    List<Similarity> similarities = Similarity.of(detector);
    Similarity main = similarities.get(similarities.size() - 1);
    DetectOptions options =
        DetectOptions.defaults()
            .withConfidence(confidence)
            .withIou(iou)
            .withMaxDetections(maxDetections);
    if (truth.coco != null) {
      GroundTruth read = GroundTruth.coco(truth.coco, images, main);
      return new ObjectEvaluation(
          detector,
          read,
          ClassMapping.of(detector, read),
          options,
          bitDepth.bits(),
          detections,
          html);
    }
    int classes = detector.layout().classes();
    GroundTruth read =
        GroundTruth.yolo(
            Objects.requireNonNull(truth.labels),
            pictures(images),
            IntStream.range(0, classes).mapToObj(detector::label).toList(),
            main);
    return new ObjectEvaluation(
        detector, read, ClassMapping.numbers(classes), options, bitDepth.bits(), detections, html);
  }

  private static List<Path> pictures(Path folder) {
    return new PictureList(List.of(folder.toString())).expand();
  }

  private int report(Evaluation evaluation, Function<Path, Detections> detect, int threads) {
    long start = System.nanoTime();
    try (Progress progress = Progress.ofPictures(evaluation.pictures())) {
      evaluation.run(detect, threads, progress::step);
    }
    evaluation.writeFiles(file);
    double seconds = (System.nanoTime() - start) / 1_000_000 / 1e3;
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("model", file.toString());
      object.putAll(evaluation.json());
      object.put("seconds", seconds);
      Json.print(out, object);
    } else {
      evaluation.print(file, seconds, out);
    }
    return ExitCode.DONE;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
