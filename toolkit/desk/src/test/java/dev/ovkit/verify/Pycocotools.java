package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.PinnedPython;
import dev.ovkit.evaluate.CocoMetrics;
import dev.ovkit.evaluate.Similarity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;

/** The reference implementation of COCO's evaluation, in its pinned environment. */
public final class Pycocotools {

  private static final PinnedPython PYTHON = new PinnedPython("eval");
  private static final Offset<Double> NOTHING = Offset.offset(1e-9);

  /** Annotations and results, as files. */
  public record Case(Path truth, Path detections) {}

  /** Returns its figures of boxes for each case. */
  public static List<JsonNode> evaluate(List<Case> cases) throws Exception {
    return evaluate(cases, "bbox");
  }

  /**
   * Returns its figures for each case.
   *
   * @param kind bbox, segm or keypoints
   */
  public static List<JsonNode> evaluate(List<Case> cases, String kind) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("eval/coco_metrics.py", "--iou-type", kind));
    for (Case one : cases) {
      arguments.addAll(List.of("--case", one.truth().toString(), one.detections().toString()));
    }
    List<JsonNode> figures = new ArrayList<>();
    new ObjectMapper().readTree(PYTHON.run(arguments)).get("cases").forEach(figures::add);
    assertThat(figures).hasSameSizeAs(cases);
    return figures;
  }

  /** Asserts that all figures are its. */
  public static void assertEqual(
      String what, Similarity similarity, CocoMetrics ours, JsonNode theirs) {
    similarity
        .figures(ours)
        .forEach((name, figure) -> assertFigure(what + " " + name, figure, theirs, name));
    assertThat(theirs.get("per_class")).as(what).hasSameSizeAs(ours.perClass());
    for (int i = 0; i < ours.perClass().size(); i++) {
      CocoMetrics.PerClass one = ours.perClass().get(i);
      JsonNode their = theirs.get("per_class").get(i);
      String name = what + " " + one.name();
      assertThat(their.get("category_id").asLong()).as(name).isEqualTo(one.category());
      assertFigure(name + " ap", one.ap(), their, "ap");
      assertFigure(name + " ap50", one.ap50(), their, "ap50");
      assertFigure(name + " ap75", one.ap75(), their, "ap75");
    }
  }

  private static void assertFigure(String what, double ours, JsonNode theirs, String key) {
    double expected = theirs.get(key).asDouble();
    assertThat(Double.isNaN(ours) ? -1 : ours).as(what).isEqualTo(expected, NOTHING);
  }

  private Pycocotools() {}
}
