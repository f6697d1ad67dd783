package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.ModelException;
import dev.ovkit.PinnedPython;
import dev.ovkit.bench.BenchOptions;
import dev.ovkit.bench.Benchmark;
import dev.ovkit.bench.Stage;
import dev.ovkit.bundle.Golden;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Outputs;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.RotatedBox;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each form in which the zoo writes a detector is read without a flag as numpy reads it, or is
 * refused with the reason; where the form allows, its boxes decoded in the graph are the same. A
 * bundle keeps what is found, and {@code bench} measures each layout.
 *
 * <p>The answers are {@code zoo/tests/answers.py}'s, which decodes ONNX Runtime's outputs by what
 * is known of each format, before any suppression.
 */
@Tag("network")
class ZooFamiliesTest {

  private static final float THRESHOLD = 0.25f;

  /** A score this near the threshold may be on its other side. */
  private static final double SURE = 0.26;

  private static final Map<String, String> REFUSED =
      Map.of("yolov8-int8", "ovkit quantize", "yolov8-int8-operators", "ovkit quantize");

  /** Raw maps whose coding or anchors no graph shows, and the family that has them. */
  private static final Map<String, String> NAMED = Map.of("yolov3", "yolov3", "yolov7", "yolov7");

  /** Cut before the suppression in its graph, which ovkit then does itself. */
  private static final Set<String> CUT_BEFORE_SUPPRESSION = Set.of("yolov7-end2end");

  /** Lists whose class 0 is the background: ovkit keeps the numbers, numpy leaves it out. */
  private static final Set<String> FROM_ONE = Set.of("ssd", "ssd-torchvision");

  @TempDir private static Path written;

  private static final Set<String> MEASURED = new HashSet<>();

  @TempDir private Path temp;

  /** One candidate; the extras are its key points or its angle. */
  private record Answer(int classId, double score, Box box, List<Float> extras) {}

  /** How far scores may be apart, and how well boxes must overlap. */
  private record Limits(double score, double iou) {

    /** Two programs make other greys of the same colour, and f16 rounds. */
    static Limits of(String name) {
      return name.endsWith("grey")
          ? new Limits(0.05, 0.9)
          : new Limits(name.endsWith("f16") ? 0.02 : 0.001, 0.98);
    }
  }

  @BeforeAll
  static void writeModelsAndAnswers() throws Exception {
    new PinnedPython("zoo-dev").run(List.of("-m", "zoo.tests.answers", written.toString()));
  }

  @TestFactory
  Stream<DynamicTest> eachFormIsReadOrRefused() throws IOException {
    try (Stream<Path> files = Files.list(written)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".onnx"))
          .map(name -> name.substring(0, name.length() - ".onnx".length()))
          .sorted()
          .toList()
          .stream()
          .map(name -> DynamicTest.dynamicTest(name, () -> judge(name)));
    }
  }

  @Test
  void allFormsAreThere() {
    assertThat(written.toFile().list((folder, name) -> name.endsWith(".onnx")))
        .hasSizeGreaterThan(50);
  }

  private void judge(String name) throws Exception {
    Path folder = Files.createDirectory(temp.resolve(name));
    ConvertOptions options =
        described(name, ConvertOptions.of(written.resolve(name + ".onnx")))
            .into(folder, WeightPrecision.FP32);
    if (REFUSED.containsKey(name)) {
      assertThatThrownBy(() -> Converter.convert(options))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(REFUSED.get(name));
      return;
    }
    Path ir = Converter.convert(options).xml();
    JsonNode answers = new ObjectMapper().readTree(written.resolve(name + ".json").toFile());
    boolean all = !answers.get("task").asText().equals("segment"); // empty masks are dropped
    Limits limits = Limits.of(name);
    List<Path> pictures = new ArrayList<>();
    List<List<Detection>> found = new ArrayList<>();
    DetectorSpec spec;
    try (Detector detector = Detector.open(ir, opening(name))) {
      spec = detector.spec();
      for (JsonNode picture : answers.get("pictures")) {
        Path file = written.resolve(picture.get("file").asText());
        List<Detection> objects = detector.detect(file).objects();
        List<Answer> right = answers(picture, spec, FROM_ONE.contains(name) ? 1 : 0);
        assertThat(objects)
            .filteredOn(one -> one.score() > SURE && !isTiny(one.box()))
            .allMatch(one -> right.stream().anyMatch(a -> isSame(one, a, spec, limits)), "right");
        if (all) {
          assertThat(right)
              .filteredOn(answer -> answer.score() > SURE && !isTiny(answer.box()))
              .filteredOn(answer -> isBestOfItsBox(answer, right))
              .allMatch(a -> objects.stream().anyMatch(o -> isSame(o, a, spec, limits)), "found");
        }
        pictures.add(file);
        found.add(objects);
      }
      keep(Golden.of(detector, false, pictures), folder);
    }
    assertThat(found).anyMatch(objects -> !objects.isEmpty());
    decodeInGraph(name, options, spec, pictures, found);
    if (MEASURED.add(spec.layout().name())) {
      measure(ir, pictures);
    }
  }

  /** With a flag where no graph shows what it says. */
  private static ConvertOptions described(String name, ConvertOptions options) throws IOException {
    if (!NAMED.containsKey(name)) {
      return name.equals("ppyoloe-plus")
          ? options.toBuilder()
              .mean(Optional.of(List.of(0f)))
              .scale(Optional.of(List.of(255f)))
              .build()
          : options;
    }
    requireSaid(options);
    return options.describedAs(ModelDescription.family(NAMED.get(name)));
  }

  /** Without the flag such maps are refused, or read with a warning. */
  private static void requireSaid(ConvertOptions options) throws IOException {
    Path folder = Files.createTempDirectory(written, "silent");
    try {
      assertThat(Converter.convert(options.into(folder, WeightPrecision.FP32)).assumptions())
          .isNotEmpty();
    } catch (ModelException e) {
      assertThat(e).hasMessageContaining("--family");
    }
  }

  /** No overlap is above 1, so nothing is suppressed. */
  private static DetectorOptions opening(String name) {
    DetectOptions all =
        DetectOptions.defaults()
            .withConfidence(THRESHOLD)
            .withMaxDetections(DetectOptions.defaults().maxCandidates());
    return DetectorOptions.defaults()
        .withDetect(CUT_BEFORE_SUPPRESSION.contains(name) ? all : all.withIou(1));
  }

  // ---- what must be found

  private static List<Answer> answers(JsonNode picture, DetectorSpec spec, int first) {
    List<Answer> answers = new ArrayList<>();
    for (JsonNode one : picture.get("objects")) {
      JsonNode c = one.get("corners");
      List<Float> extras = new ArrayList<>();
      one.get("extras").forEach(number -> extras.add(number.floatValue()));
      answers.add(
          new Answer(
              one.get("class").asInt() + first,
              one.get("score").asDouble(),
              place(
                  c.get(0).asDouble(),
                  c.get(1).asDouble(),
                  c.get(2).asDouble(),
                  c.get(3).asDouble(),
                  spec),
              extras));
    }
    return answers;
  }

  /** A box is cut at the picture's edges, and a rotated one is not. */
  private static Box place(double x1, double y1, double x2, double y2, DetectorSpec spec) {
    boolean whole = spec.task() == DetectorSpec.Task.OBB;
    double left = whole ? x1 : Math.max(0, x1);
    double top = whole ? y1 : Math.max(0, y1);
    double right = Math.max(left, whole ? x2 : Math.min(spec.inputWidth(), x2));
    double bottom = Math.max(top, whole ? y2 : Math.min(spec.inputHeight(), y2));
    return new Box((float) left, (float) top, (float) (right - left), (float) (bottom - top));
  }

  private static boolean isSame(Detection found, Answer answer, DetectorSpec spec, Limits limits) {
    return found.classId() == answer.classId()
        && Math.abs(found.score() - answer.score()) <= limits.score()
        && overlap(found, answer) >= limits.iou()
        && haveSamePoints(found, answer, spec);
  }

  private static double overlap(Detection found, Answer answer) {
    Box box = answer.box();
    return found
        .rotated()
        .map(
            turned ->
                turned.iou(
                    new RotatedBox(
                        box.x() + box.width() / 2,
                        box.y() + box.height() / 2,
                        box.width(),
                        box.height(),
                        answer.extras().get(0))))
        .orElseGet(() -> found.box().iou(box));
  }

  /** Points beyond the picture are moved to its edge. */
  private static boolean haveSamePoints(Detection found, Answer answer, DetectorSpec spec) {
    boolean same = spec.task() != DetectorSpec.Task.POSE || !found.keyPoints().isEmpty();
    for (int i = 0; i < found.keyPoints().size(); i++) {
      Detection.KeyPoint point = found.keyPoints().get(i);
      float x = Math.max(0, Math.min(spec.inputWidth(), answer.extras().get(3 * i)));
      float y = Math.max(0, Math.min(spec.inputHeight(), answer.extras().get(3 * i + 1)));
      same &= Math.hypot(point.x() - x, point.y() - y) < 0.1;
      same &= Math.abs(point.score() - answer.extras().get(3 * i + 2)) < 0.001;
    }
    return same;
  }

  /** Of a candidate ovkit takes the best class, where its graph has not chosen others. */
  private static boolean isBestOfItsBox(Answer answer, List<Answer> answers) {
    return answers.stream()
        .noneMatch(other -> other.box().equals(answer.box()) && other.score() > answer.score());
  }

  private static boolean isTiny(Box box) {
    return box.width() < 1 || box.height() < 1;
  }

  // ---- what else can be done with it

  /** One output of columns holds the same boxes, unless it holds more or nothing may follow. */
  private void decodeInGraph(
      String name,
      ConvertOptions options,
      DetectorSpec spec,
      List<Path> pictures,
      List<List<Detection>> expected)
      throws IOException {
    ConvertOptions columns =
        options
            .withOutputs(new Outputs.Columns())
            .into(temp.resolve(name + "-columns"), WeightPrecision.FP32);
    if (spec.task() != DetectorSpec.Task.DETECT || spec.layout().isSuppressed()) {
      assertThatThrownBy(() -> Converter.convert(columns))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("leave out --output columns");
      return;
    }
    try (Detector detector = Detector.open(Converter.convert(columns).xml(), opening(name))) {
      assertThat(detector.spec().layout().name()).isEqualTo("flat-columns");
      for (int i = 0; i < pictures.size(); i++) {
        List<Detection> actual = detector.detect(pictures.get(i)).objects();
        assertThat(actual).as("decoded in the graph").hasSameSizeAs(expected.get(i));
        for (Detection one : expected.get(i)) {
          assertThat(actual)
              .anyMatch(
                  other ->
                      other.classId() == one.classId()
                          && Math.abs(other.score() - one.score()) < 1e-4
                          && (isTiny(one.box()) || other.box().iou(one.box()) > 0.99));
        }
      }
    }
  }

  private static void keep(Golden golden, Path folder) throws IOException {
    Files.createDirectory(folder.resolve(Golden.FOLDER));
    Files.write(folder.resolve(Golden.FILE), golden.bytes());
    assertThat(Golden.read(folder)).isEqualTo(golden);
  }

  private static void measure(Path ir, List<Path> pictures) {
    BenchOptions bench =
        BenchOptions.of(List.of(ir), pictures)
            .withTime(Duration.ofMillis(1))
            .withWarmUp(Duration.ofMillis(1))
            .withControl(false);
    try (Benchmark benchmark = Benchmark.open(bench)) {
      assertThat(benchmark.run(share -> {}, () -> false).models().get(0).statistics(Stage.INFER))
          .isPresent();
    }
  }
}
