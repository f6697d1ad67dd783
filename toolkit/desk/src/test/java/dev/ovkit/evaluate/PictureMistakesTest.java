package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Curves and mistakes, on boxes that were counted by hand. */
class PictureMistakesTest {

  private static final long CAT = 1;
  private static final long DOG = 2;

  private static TruthObject there(long category, double x, boolean crowd) {
    return new TruthObject(category, x, 0, 10, 10, 100, crowd);
  }

  private static Detection found(int classId, float score, float x) {
    return new Detection("", classId, score, new Box(x, 0, 10, 10));
  }

  private static CocoEvaluation evaluation() {
    // Two cats, a dog, and a group of dogs.
    TruthPicture picture =
        new TruthPicture(
            7,
            Path.of("x.jpg"),
            100,
            10,
            List.of(
                there(CAT, 0, false),
                there(CAT, 20, false),
                there(DOG, 40, false),
                there(DOG, 60, true)));
    GroundTruth truth =
        new GroundTruth(
            Path.of("truth.json"), new TreeMap<>(Map.of(CAT, "cat", DOG, "dog")), List.of(picture));
    CocoEvaluation evaluation =
        new CocoEvaluation(
            truth, new ClassMapping(ClassMapping.How.NUMBERS, Map.of(0, CAT, 1, DOG)));
    evaluation.add(
        7,
        List.of(
            found(0, 0.9f, 0), // right
            found(0, 0.8f, 80), // where nothing is
            found(0, 0.7f, 41), // a dog taken for a cat
            found(1, 0.6f, 61), // in the group
            found(0, 0.2f, 21))); // right, and unsure
    return evaluation;
  }

  @Test
  void whatIsThereAndWhatWasFoundArePaired() {
    PictureMistakes sure = evaluation().mistakes(0.5, Similarity.BOXES).get(0);
    assertThat(sure.pairs())
        .containsExactly(new PictureMistakes.Pair(CAT, CAT), new PictureMistakes.Pair(DOG, CAT));
    assertThat(sure.missed()).containsExactly(CAT);
    assertThat(sure.invented()).containsExactly(CAT);
    assertThat(sure.count()).isEqualTo(3);
    assertThat(sure.found()).hasSize(4);
    PictureMistakes all = evaluation().mistakes(0.1, Similarity.BOXES).get(0);
    assertThat(all.missed()).isEmpty();
    assertThat(PictureMistakes.confusion(List.of(all, sure)))
        .isEqualTo(
            Map.of(new PictureMistakes.Pair(CAT, CAT), 3, new PictureMistakes.Pair(DOG, CAT), 2));
  }

  @Test
  void whatIsThereCanBeDrawnLikeWhatWasFound() {
    Mask mask = Mask.of(100, 10, new int[] {0, 100, 900});
    RotatedBox turned = new RotatedBox(5, 5, 4, 2, 1);
    TruthPose pose =
        TruthPose.of(List.of(new TruthPose.Point(1, 2, true), new TruthPose.Point(0, 0, false)));
    TruthPicture picture =
        new TruthPicture(
            7,
            Path.of("x.jpg"),
            100,
            10,
            List.of(
                there(CAT, 0, false).withMask(mask),
                there(DOG, 20, true).withRotated(turned),
                there(CAT, 40, false).withPose(pose)));
    PictureMistakes one =
        PictureMistakes.of(
            picture,
            List.of(new FoundObject(DOG, found(0, 0.9f, 0).withMask(mask))),
            Map.of(CAT, "cat", DOG, "dog"),
            Similarity.BOXES);
    assertThat(one.found())
        .containsExactly(new Detection("dog", 2, 0.9f, new Box(0, 0, 10, 10)).withMask(mask));
    assertThat(one.there())
        .containsExactly(
            new Detection("cat", 1, 1, new Box(0, 0, 10, 10)).withMask(mask),
            new Detection("dog (group)", 2, 1, new Box(20, 0, 10, 10)).withRotated(turned),
            new Detection("cat", 1, 1, new Box(40, 0, 10, 10))
                .withKeyPoints(
                    List.of(new Detection.KeyPoint(1, 2, 1), new Detection.KeyPoint(0, 0, 0))));
  }

  @Test
  void curvesFollowTheScores() {
    List<ClassCurve> curves = evaluation().curves(Similarity.BOXES);
    assertThat(curves).extracting(ClassCurve::name).containsExactly("cat", "dog");
    ClassCurve cat = curves.get(0);
    assertThat(cat.objects()).isEqualTo(2);
    assertThat(cat.recall()).containsExactly(0.5, 0.5, 0.5, 1);
    assertThat(cat.precision()).containsExactly(new double[] {1, 0.5, 1 / 3.0, 0.5}, within(1e-9));
    assertThat(cat.f1(0.85)).isEqualTo(2 / 3.0, within(1e-9)); // precision 1, recall 1/2
    assertThat(cat.f1(0.1)).isEqualTo(2 / 3.0, within(1e-9)); // precision 1/2, recall 1
    assertThat(cat.f1(0.95)).isZero();
    assertThat(cat.precisionAt(0.5)).isEqualTo(1);
    assertThat(cat.precisionAt(0.6)).isEqualTo(0.5);
    assertThat(curves.get(1).scores()).as("the box on a group counts for nothing").isEmpty();
  }
}
