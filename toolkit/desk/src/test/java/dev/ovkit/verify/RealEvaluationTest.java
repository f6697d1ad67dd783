package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ovkit.Shared;
import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.Simplify;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.CocoMetrics;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.evaluate.Similarity;
import dev.ovkit.evaluate.TruthObject;
import dev.ovkit.evaluate.TruthPicture;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.python.PythonListener;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real models on real pictures, against pycocotools and against references made elsewhere. */
@Tag("network")
class RealEvaluationTest {

  private static final Offset<Double> REFERENCE = Offset.offset(0.005);

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "v5lite-e-coco,0.1791,0.3268,0.1795",
    "yolox_nano-416,0.2445,0.4007,0.2567",
  })
  void theFiguresAreThoseOfPycocotoolsAndNearTheReference(
      String model, double map, double map50, double map75) throws Exception {
    Path set = Shared.directory().resolve("eval");
    GroundTruth truth = GroundTruth.coco(set.resolve("instances.json"), set.resolve("images"));
    Map<Path, Detections> found = new ConcurrentHashMap<>();
    ClassMapping mapping;
    CocoEvaluation evaluation;
    try (Detector detector = open(model, BackEnd.NATIVE)) {
      mapping = ClassMapping.of(detector.spec(), truth);
      evaluation =
          CocoEvaluation.run(
              truth,
              mapping,
              file -> found.computeIfAbsent(file, detector::detect),
              detector.requests(),
              () -> {});
    }
    CocoMetrics metrics = evaluation.metrics();
    assertThat(metrics.map()).isEqualTo(map, REFERENCE);
    assertThat(metrics.map50()).isEqualTo(map50, REFERENCE);
    assertThat(metrics.map75()).isEqualTo(map75, REFERENCE);

    Path results = temp.resolve("found.json");
    evaluation.writeDetections(results, Similarity.BOXES);
    JsonNode theirs =
        Pycocotools.evaluate(List.of(new Pycocotools.Case(set.resolve("instances.json"), results)))
            .get(0);
    Pycocotools.assertEqual(model, Similarity.BOXES, metrics, theirs);

    assertEqualFromYoloLabels(truth, found);
  }

  /** Each as users get it, rewritten and in FP16. */
  @Test
  void theBackEndsIrsAreEquallyGood() {
    Path set = Shared.directory().resolve("eval");
    GroundTruth truth = GroundTruth.coco(set.resolve("instances.json"), set.resolve("images"));
    Map<BackEnd, Double> map = new EnumMap<>(BackEnd.class);
    for (BackEnd backEnd : BackEnd.values()) {
      try (Detector detector = open("v5lite-e-coco", backEnd)) {
        CocoEvaluation evaluation =
            CocoEvaluation.run(
                truth,
                ClassMapping.of(detector.spec(), truth),
                detector::detect,
                detector.requests(),
                () -> {});
        map.put(backEnd, evaluation.metrics().map());
      }
    }
    assertThat(map.get(BackEnd.NATIVE)).isEqualTo(0.1791, REFERENCE);
    assertThat(map.values())
        .allSatisfy(value -> assertThat(value).isCloseTo(map.get(BackEnd.NATIVE), within(0.001)));
  }

  /** The same objects as labels of a YOLO trainer, which know no crowds and no mask's area. */
  private void assertEqualFromYoloLabels(GroundTruth coco, Map<Path, Detections> found)
      throws IOException {
    List<Long> ids = new ArrayList<>(coco.categories().keySet());
    List<TruthPicture> plain = new ArrayList<>();
    Path labels = Files.createDirectory(temp.resolve("labels"));
    for (TruthPicture picture : coco.pictures()) {
      StringBuilder text = new StringBuilder();
      List<TruthObject> boxes = new ArrayList<>();
      for (TruthObject box : picture.objects()) {
        if (!box.crowd()) {
          boxes.add(box);
          text.append(
              "%d %s %s %s %s%n"
                  .formatted(
                      ids.indexOf(box.category()),
                      (box.x() + box.width() / 2) / picture.width(),
                      (box.y() + box.height() / 2) / picture.height(),
                      box.width() / picture.width(),
                      box.height() / picture.height()));
        }
      }
      plain.add(
          new TruthPicture(picture.id(), picture.file(), picture.width(), picture.height(), boxes));
      String name = picture.file().getFileName().toString();
      if (!boxes.isEmpty()) {
        Files.writeString(labels.resolve(name.replace(".jpg", ".txt")), text);
      }
    }
    GroundTruth without = new GroundTruth(coco.source(), coco.categories(), plain);
    GroundTruth yolo =
        GroundTruth.yolo(
            labels,
            coco.pictures().stream().map(TruthPicture::file).toList(),
            List.copyOf(coco.categories().values()));
    CocoMetrics expected =
        CocoEvaluation.run(without, order(ids), found::get, 1, () -> {}).metrics();
    CocoMetrics actual =
        CocoEvaluation.run(yolo, ClassMapping.numbers(ids.size()), found::get, 1, () -> {})
            .metrics();
    Offset<Double> nothing = Offset.offset(1e-9);
    assertThat(actual.map()).isEqualTo(expected.map(), nothing);
    assertThat(actual.map50()).isEqualTo(expected.map50(), nothing);
    assertThat(actual.map75()).isEqualTo(expected.map75(), nothing);
    assertThat(actual.arLarge()).isEqualTo(expected.arLarge(), nothing);
  }

  private static ClassMapping order(List<Long> ids) {
    Map<Integer, Long> mapping = new ConcurrentHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      mapping.put(i, ids.get(i));
    }
    return new ClassMapping(ClassMapping.How.ORDER, mapping);
  }

  private Detector open(String model, BackEnd backEnd) {
    Path ir =
        Converter.convert(
                ConvertOptions.of(Shared.model(model + ".onnx"))
                    .into(temp.resolve(backEnd.name()), WeightPrecision.FP16),
                new Route(backEnd, Simplify.NEVER, PythonListener.SILENT))
            .xml();
    return Detector.open(
        ir,
        DetectorOptions.defaults()
            .withDetect(
                DetectOptions.defaults()
                    .withConfidence(CocoEvaluation.CONFIDENCE)
                    .withIou(CocoEvaluation.IOU)
                    .withMaxDetections(CocoEvaluation.MOST_BOXES)));
  }
}
