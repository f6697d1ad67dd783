package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.ModelException;
import dev.ovkit.Shared;
import dev.ovkit.model.Detection;
import dev.ovkit.python.PythonListener;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * No model is silently read wrongly: each of those in {@code families} and {@code faults} gives the
 * boxes of its reference, or is refused with words that name the reason.
 *
 * <p>{@code foreign-models.txt} lists what each of them does. One that is listed as refused may
 * also be right, so that a family that is added fails nothing; one that is not listed may be
 * either.
 */
@Tag("integration")
class ForeignModelsTest {

  /** Random networks magnify a change of one grey level: they keep 90 % of their boxes and more. */
  private static final double SHARE = 0.9;

  /** The reference of an f16 export is of f32 weights. */
  private static final double HALF_SHARE = 0.85;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Route WITHOUT_PYTHON =
      new Route(BackEnd.NATIVE, Simplify.NEVER, PythonListener.SILENT);

  @TempDir private Path temp;

  private record Box(int classId, double score, double x, double y, double width, double height) {

    double iou(Box other) {
      double w = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
      double h = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
      double both = Math.max(0, w) * Math.max(0, h);
      return both / (width * height + other.width * other.height - both + 1e-9);
    }

    boolean is(Box other, boolean grey) {
      return iou(other) >= 0.98
          && (grey || (classId == other.classId && Math.abs(score - other.score) <= 0.01));
    }
  }

  @TestFactory
  Stream<DynamicTest> eachIsRightOrRefused() throws IOException {
    Map<String, String> listed = listed();
    TreeSet<String> names = new TreeSet<>(listed.keySet());
    for (String folder : List.of("families", "faults/onnx")) {
      try (Stream<Path> files = Files.list(Shared.directory().resolve(folder))) {
        files
            .map(file -> folder + "/" + file.getFileName())
            .filter(name -> name.endsWith(".onnx"))
            .forEach(names::add);
      }
    }
    return names.stream()
        .map(
            name ->
                DynamicTest.dynamicTest(name, () -> judge(name, listed.getOrDefault(name, ""))));
  }

  private void judge(String name, String outcome) throws IOException {
    Path onnx = Shared.directory().resolve(name);
    ConvertOptions options =
        ConvertOptions.of(onnx).into(temp.resolve(ConvertOptions.stem(onnx)), DataType.FP32);
    Conversion made;
    try {
      made = Converter.convert(options, WITHOUT_PYTHON);
    } catch (ModelException e) {
      assertThat(outcome)
          .as("%s was refused: %s", name, e.getMessage())
          .isNotIn("right", "half", "grey");
      assertThat(e).hasMessageContaining(outcome.replaceFirst("^refused ", ""));
      assertThat(options.directory())
          .satisfiesAnyOf(
              folder -> assertThat(folder).doesNotExist(),
              folder -> assertThat(folder).isEmptyDirectory());
      return;
    }
    if (outcome.equals("elsewhere")) {
      return;
    }
    List<Path> pictures = new ArrayList<>();
    List<List<Box>> expected = new ArrayList<>();
    read(name, pictures, expected);
    int wanted = 0;
    int found = 0;
    int added = 0;
    try (Detector detector = Detector.open(made.xml())) {
      for (int i = 0; i < pictures.size(); i++) {
        List<Box> left = new ArrayList<>();
        detector.detect(pictures.get(i)).objects().forEach(d -> left.add(box(d)));
        for (Box box : expected.get(i)) {
          if (box.score() > 0.26 && box.width() >= 1 && box.height() >= 1) {
            wanted++;
            found += left.removeIf(new Once(box, outcome.equals("grey"))::test) ? 1 : 0;
          }
        }
        List<Box> all = expected.get(i);
        added +=
            (int)
                left.stream()
                    .filter(box -> box.score() > 0.27 && box.width() >= 1 && box.height() >= 1)
                    .filter(box -> all.stream().noneMatch(b -> b.iou(box) > 0.9))
                    .count();
      }
    }
    assertThat(wanted).as("%s: boxes of its reference", name).isPositive();
    assertThat((double) found / wanted)
        .as("%s is silently wrong: %d of %d boxes, and %d others", name, found, wanted, added)
        .isGreaterThanOrEqualTo(outcome.equals("half") ? HALF_SHARE : SHARE);
    assertThat(added)
        .as("%s is silently wrong: %d boxes beside %d", name, added, wanted)
        .isLessThanOrEqualTo((int) ((1 - SHARE) * wanted) + 1);
  }

  /** Matches one box at most. */
  private static final class Once {
    private final Box wanted;
    private final boolean grey;
    private boolean used;

    Once(Box wanted, boolean grey) {
      this.wanted = wanted;
      this.grey = grey;
    }

    boolean test(Box box) {
      boolean matches = !used && wanted.is(box, grey);
      used |= matches;
      return matches;
    }
  }

  private static Box box(Detection d) {
    return new Box(
        d.classId(), d.score(), d.box().x(), d.box().y(), d.box().width(), d.box().height());
  }

  // ---- references

  private static void read(String name, List<Path> pictures, List<List<Box>> expected)
      throws IOException {
    if (name.startsWith("faults/")) {
      pictures.add(Shared.directory().resolve("faults/pictures/p.png"));
      expected.add(List.of(new Box(0, 0.97, 24, 16, 8, 8), new Box(1, 0.97, 8, 40, 8, 8)));
      return;
    }
    String stem = name.replaceFirst("\\.onnx$", "");
    // With pictures of the network's size only decoding counts; ovkit resizes bilinearly.
    Path file =
        Stream.of(".sized.ref.json", ".linear.ref.json", ".ref.json")
            .map(ending -> Shared.directory().resolve(stem + ending))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    JsonNode root = JSON.readTree(file.toFile());
    if (root.path("pictures").isArray()) {
      for (JsonNode picture : root.get("pictures")) {
        add(picture.get("file").asText(), picture.path("detections"), pictures, expected);
      }
    } else {
      root.properties().forEach(e -> add(e.getKey(), e.getValue(), pictures, expected));
    }
  }

  private static void add(
      String picture, JsonNode list, List<Path> pictures, List<List<Box>> expected) {
    Path shared = Shared.directory();
    pictures.add(shared.resolve(picture.contains("/") ? "families" : "pictures").resolve(picture));
    List<Box> boxes = new ArrayList<>();
    for (JsonNode node : list) {
      JsonNode box = node.path("box");
      if (box.isArray()) {
        double x = box.get(0).asDouble();
        double y = box.get(1).asDouble();
        boxes.add(
            new Box(
                node.get("c").asInt(),
                node.get("s").asDouble(),
                x,
                y,
                box.get(2).asDouble() - x,
                box.get(3).asDouble() - y));
      } else if (box.isObject()) {
        boxes.add(
            new Box(
                node.get("class_id").asInt(),
                node.get("score").asDouble(),
                box.get("x").asDouble(),
                box.get("y").asDouble(),
                box.get("width").asDouble(),
                box.get("height").asDouble()));
      }
    }
    expected.add(boxes);
  }

  /**
   * What each does: {@code right}; {@code half} or {@code grey}, right as far as f16 weights or one
   * channel allow; {@code elsewhere}, judged by FamilyReferenceTest with its own measure; or {@code
   * refused} and words of the message.
   */
  private static Map<String, String> listed() throws IOException {
    Map<String, String> listed = new LinkedHashMap<>();
    try (InputStream in =
        Objects.requireNonNull(ForeignModelsTest.class.getResourceAsStream("foreign-models.txt"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] parts = line.split("\\s+", 2);
          listed.put(parts[0], parts[1].strip());
        }
      }
    }
    return listed;
  }
}
