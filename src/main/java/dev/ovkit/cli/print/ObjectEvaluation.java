package dev.ovkit.cli.print;

import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.CocoMetrics;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.evaluate.Similarity;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.report.EvaluationReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How well the objects that a model finds are those that are there. */
public final class ObjectEvaluation implements Evaluation {

  private final DetectorSpec.Task task;
  private final List<Similarity> similarities;
  private final GroundTruth truth;
  private final ClassMapping mapping;
  private final DetectOptions options;
  private final int bitDepth;
  private final @Nullable Path detections;
  private final @Nullable Path html;
  private final Map<Similarity, CocoMetrics> metrics = new LinkedHashMap<>();
  private CocoEvaluation evaluation;

  /**
   * Prepares.
   *
   * @param truth read for what the model is for, the last of {@link Similarity#of}
   * @param bitDepth the bits that values of 16-bit pictures use
   * @param detections the file for COCO results, or null
   * @param html the file for the report, or null
   */
  public ObjectEvaluation(
      DetectorSpec model,
      GroundTruth truth,
      ClassMapping mapping,
      DetectOptions options,
      int bitDepth,
      @Nullable Path detections,
      @Nullable Path html) {
    this.task = model.task();
    this.similarities = Similarity.of(model);
    this.truth = truth;
    this.mapping = mapping;
    this.options = options;
    this.bitDepth = bitDepth;
    this.detections = detections;
    this.html = html;
    this.evaluation = new CocoEvaluation(truth, mapping);
  }

  @Override
  public int pictures() {
    return truth.pictures().size();
  }

  @Override
  public DetectOptions options() {
    return options;
  }

  @Override
  public void run(Function<Path, Detections> detect, int threads, Runnable afterEach) {
    evaluation = CocoEvaluation.run(truth, mapping, detect, threads, afterEach);
    for (Similarity similarity : similarities) {
      metrics.put(similarity, evaluation.metrics(similarity));
    }
  }

  /** In the form that the model is for. */
  @Override
  public void writeFiles(Path model) {
    if (detections != null) {
      evaluation.writeDetections(detections, main());
    }
    if (html != null) {
      EvaluationReport.write(model, truth, evaluation, main(), bitDepth, html);
    }
  }

  private Similarity main() {
    return similarities.get(similarities.size() - 1);
  }

  private float confidence() {
    return options.confidence().orElse(CocoEvaluation.CONFIDENCE);
  }

  private float iou() {
    return options.iou().orElse(CocoEvaluation.IOU);
  }

  private CocoMetrics measured(Similarity similarity) {
    return Objects.requireNonNull(metrics.get(similarity), "nothing was measured yet");
  }

  // ---- for programs

  @Override
  public Map<String, Object> json() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("task", task.word());
    object.put("pictures", truth.pictures().size());
    object.put("objects", truth.objects());
    object.put("detections", evaluation.detections());
    object.put("mapping", mapping.how().name().toLowerCase(Locale.ROOT));
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("conf", confidence());
    settings.put("iou", iou());
    settings.put("max_det", options.maxDetections());
    object.put("settings", settings);
    object.putAll(figures(similarities.get(0)));
    for (Similarity more : similarities.subList(1, similarities.size())) {
      object.put(more.key(), figures(more));
    }
    return object;
  }

  private Map<String, Object> figures(Similarity similarity) {
    CocoMetrics measured = measured(similarity);
    Map<String, Object> object = new LinkedHashMap<>();
    similarity.figures(measured).forEach((name, figure) -> object.put(name, orNull(figure)));
    List<Map<String, Object>> perClass = new ArrayList<>();
    for (CocoMetrics.PerClass one : measured.perClass()) {
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
    return object;
  }

  /** JSON has no NaN: where there is nothing to measure, there is no figure. */
  private static @Nullable Double orNull(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }

  // ---- for people

  @Override
  public void print(Path model, double seconds, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s  %d pictures  %d objects  conf %s  iou %s  %.1f s%n",
        model,
        truth.pictures().size(),
        truth.objects(),
        confidence(),
        iou(),
        seconds);
    out.println(
        switch (mapping.how()) {
          case NAMES -> "classes are matched to categories by name";
          case ORDER -> "classes are matched to categories in the order of their ids";
          case NUMBERS -> "classes are matched to labels by number";
        });
    for (Similarity similarity : similarities) {
      similarity.note().ifPresent(out::println);
    }
    for (Similarity similarity : similarities) {
      print(similarity, measured(similarity), out);
    }
  }

  private void print(Similarity similarity, CocoMetrics measured, PrintWriter out) {
    Map<String, Double> figures = similarity.figures(measured);
    out.println();
    if (similarities.size() > 1 || similarity != Similarity.BOXES) {
      out.println(similarity.word());
    }
    out.println("         all    @.50   @.75   small  medium large");
    row(out, "mAP", figures, "map", "map50", "map75", "map_small", "map_medium", "map_large");
    out.println();
    if (figures.containsKey("ar100")) {
      out.println("best     1      10     100    small  medium large");
      row(out, "recall", figures, "ar1", "ar10", "ar100", "ar_small", "ar_medium", "ar_large");
    } else {
      out.println("         all    @.50   @.75   small  medium large");
      row(out, "recall", figures, "ar", "ar50", "ar75", "ar_small", "ar_medium", "ar_large");
    }
    out.println();
    out.println("class                   objects  AP     @.50   @.75");
    for (CocoMetrics.PerClass one : measured.perClass()) {
      if (one.objects() > 0) {
        out.printf(
            "%-22s  %7d  %s  %s  %s%n",
            one.name(), one.objects(), text(one.ap()), text(one.ap50()), text(one.ap75()));
      }
    }
  }

  private static void row(
      PrintWriter out, String name, Map<String, Double> figures, String... columns) {
    StringBuilder row = new StringBuilder("%-7s".formatted(name));
    for (String column : columns) {
      row.append("  ").append(text(figures.getOrDefault(column, Double.NaN)));
    }
    out.println(row);
  }

  private static String text(double figure) {
    return Double.isNaN(figure) ? "-    " : String.format(Locale.ROOT, "%.3f", figure);
  }
}
