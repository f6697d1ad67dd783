package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.layout.FlatColumns;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which category a class of the model is. */
class ClassMappingTest {

  private static final Map<Integer, Long> IN_ORDER = Map.of(0, 1L, 1, 2L, 2, 5L, 3, 72L);

  private final TreeMap<Long, String> categories =
      new TreeMap<>(Map.of(1L, "person", 2L, "traffic light", 5L, "airplane", 72L, "tv"));

  @Test
  void labelsAreFoundByNameWhateverTheirOrderCaseAndBlanks() {
    ClassMapping mapping = map(5, "TV", "Traffic_Light", "airplane", "dog", "person ");
    assertThat(mapping.how()).isEqualTo(ClassMapping.How.NAMES);
    assertThat(mapping.categories()).isEqualTo(Map.of(0, 72L, 1, 2L, 2, 5L, 4, 1L));
  }

  @Test
  void aModelWithoutLabelsIsMatchedByTheOrderOfIds() {
    ClassMapping mapping = map(4);
    assertThat(mapping.how()).isEqualTo(ClassMapping.How.ORDER);
    assertThat(mapping.categories()).isEqualTo(IN_ORDER);
  }

  @Test
  void anOtherNameInItsPlaceIsTheSameClass() {
    ClassMapping mapping = map(4, "person", "traffic light", "aeroplane", "tvmonitor");
    assertThat(mapping.how()).isEqualTo(ClassMapping.How.ORDER);
    assertThat(mapping.categories()).isEqualTo(IN_ORDER);
  }

  @Test
  void anOtherNameAmongLabelsInAnotherOrderIsRefused() {
    assertThatThrownBy(() -> map(4, "traffic light", "person", "aeroplane", "tv"))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'truth.json' has objects of categories that the model does not name: airplane; give"
                + " --names a file with the model's class names, one per line, in order");
  }

  @Test
  void anotherNumberOfClassesWithoutLabelsIsRefused() {
    assertThatThrownBy(() -> map(3))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'truth.json' has 4 categories, but the model has 3 classes without names; give --names"
                + " a file with the model's class names, one per line, in order");
  }

  @Test
  void aCategoryWithoutObjectsNeedNotBeNamed() {
    categories.remove(5L);
    GroundTruth truth = truth();
    categories.put(5L, "airplane");
    GroundTruth more = new GroundTruth(truth.source(), categories, truth.pictures());
    assertThat(ClassMapping.of(spec(3, "tv", "person", "traffic light"), more).categories())
        .isEqualTo(Map.of(0, 72L, 1, 1L, 2, 2L));
  }

  private ClassMapping map(int classes, String... labels) {
    return ClassMapping.of(spec(classes, labels), truth());
  }

  /** One object of each category. */
  private GroundTruth truth() {
    List<TruthObject> boxes = new ArrayList<>();
    categories.keySet().forEach(id -> boxes.add(new TruthObject(id, 0, 0, 9, 9, 81, false)));
    return new GroundTruth(
        Path.of("truth.json"),
        categories,
        List.of(new TruthPicture(1, Path.of("a.jpg"), 640, 480, boxes)));
  }

  private static DetectorSpec spec(int classes, String... labels) {
    return new DetectorSpec(
        64,
        64,
        Colour.BGR,
        new Resize(Resize.Mode.STRETCH, 0),
        new FlatColumns("boxes", classes),
        List.of(labels),
        0.25f,
        0.45f);
  }
}
