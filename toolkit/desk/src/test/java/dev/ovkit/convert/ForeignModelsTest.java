package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.ModelException;
import dev.ovkit.Shared;
import dev.ovkit.family.ReferenceBoxes;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detections;
import dev.ovkit.python.PythonListener;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * boxes of its reference, or is refused with words that name the reason. One is converted and not
 * judged; the list says why.
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

  private static final Route WITHOUT_PYTHON =
      new Route(BackEnd.NATIVE, Simplify.NEVER, PythonListener.SILENT);

  @TempDir private Path temp;

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
        ConvertOptions.of(onnx).into(temp.resolve(ConvertOptions.stem(onnx)), WeightPrecision.FP32);
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
    if (outcome.equals("unjudged") || outcome.equals("apart")) {
      return;
    }
    ReferenceBoxes reference = reference(name);
    ReferenceBoxes.Fit all = new ReferenceBoxes.Fit(0, 0, 0);
    try (Detector detector = Detector.open(made.xml())) {
      for (String picture : reference.pictures()) {
        Detections found = detector.detect(picture(name, picture));
        all = all.and(reference.fit(picture, found, outcome.equals("grey")));
      }
    }
    double share = outcome.equals("half") ? HALF_SHARE : SHARE;
    assertThat(all).matches(fit -> fit.holds(share), name + " is not silently wrong");
  }

  /** With pictures of the network's size only decoding counts. */
  private static ReferenceBoxes reference(String name) throws IOException {
    if (name.startsWith("faults/")) {
      return new ReferenceBoxes(
          "p.png",
          List.of(
              new ReferenceBoxes.Wanted(0, 0.97, new Box(24, 16, 8, 8)),
              new ReferenceBoxes.Wanted(1, 0.97, new Box(8, 40, 8, 8))));
    }
    String stem = name.replaceFirst("\\.onnx$", "");
    return ReferenceBoxes.read(
        Stream.of(".sized.ref.json", ".ref.json")
            .map(ending -> Shared.directory().resolve(stem + ending))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow());
  }

  private static Path picture(String model, String name) {
    String folder =
        model.startsWith("faults/")
            ? "faults/pictures"
            : name.contains("/") ? "families" : "pictures";
    return Shared.directory().resolve(folder).resolve(name);
  }

  /**
   * What each does: {@code right}; {@code half} or {@code grey}, right as far as f16 weights or one
   * channel allow; {@code unjudged}, converted, but no reference decides whether rightly; {@code
   * apart}, converted, and judged by another test; or {@code refused} and words of the message.
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
