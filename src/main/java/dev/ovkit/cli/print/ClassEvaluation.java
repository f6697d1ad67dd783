package dev.ovkit.cli.print;

import dev.ovkit.evaluate.Accuracy;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.PictureFolders;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** How often a classifier is right. */
public final class ClassEvaluation implements Evaluation {

  private final PictureFolders truth;
  private final ClassMapping mapping;
  private Accuracy accuracy = new Accuracy(0, Double.NaN, Double.NaN, List.of());

  public ClassEvaluation(DetectorSpec classifier, PictureFolders truth) {
    this.truth = truth;
    this.mapping = ClassMapping.of(classifier, truth);
  }

  @Override
  public int pictures() {
    return truth.pictures().size();
  }

  @Override
  public DetectOptions options() {
    return DetectOptions.defaults().withConfidence(0).withMaxDetections(Accuracy.MOST);
  }

  @Override
  public void run(Function<Path, Detections> detect, int threads, Runnable afterEach) {
    accuracy = Accuracy.run(truth, mapping, detect, threads, afterEach);
  }

  @Override
  public Map<String, Object> json() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("task", DetectorSpec.Task.CLASSIFY.word());
    object.put("pictures", accuracy.pictures());
    object.put("mapping", mapping.how().name().toLowerCase(Locale.ROOT));
    object.put("top1", accuracy.top1());
    object.put("top5", accuracy.top5());
    List<Map<String, Object>> perClass = new ArrayList<>();
    for (Accuracy.PerClass one : accuracy.perClass()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", one.name());
      row.put("pictures", one.pictures());
      row.put("top1", one.top1());
      row.put("top5", one.top5());
      perClass.add(row);
    }
    object.put("per_class", perClass);
    return object;
  }

  @Override
  public void print(Path model, double seconds, PrintWriter out) {
    out.printf(Locale.ROOT, "%s  %d pictures  %.1f s%n", model, accuracy.pictures(), seconds);
    out.println(
        mapping.how() == ClassMapping.How.NAMES
            ? "classes are matched to folders by name"
            : "classes are matched to folders in alphabetical order");
    out.println();
    out.println("class                   pictures  top 1  top 5");
    row(out, "all", accuracy.pictures(), accuracy.top1(), accuracy.top5());
    for (Accuracy.PerClass one : accuracy.perClass()) {
      row(out, one.name(), one.pictures(), one.top1(), one.top5());
    }
  }

  private static void row(PrintWriter out, String name, int pictures, double top1, double top5) {
    out.printf(Locale.ROOT, "%-22s  %8d  %.3f  %.3f%n", name, pictures, top1, top5);
  }
}
