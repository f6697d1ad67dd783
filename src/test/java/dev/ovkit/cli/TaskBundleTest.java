package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.model.Mask;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A model of each kind of layout and each task goes from ONNX to a bundle whose self-test passes.
 * The self-test fails where the box, mask, key point, angle or score of an object is not what it
 * was.
 */
@Tag("integration")
class TaskBundleTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PIXELS = 40;

  @TempDir private Path temp;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "26n-e2e, box, boxes overlap by at least",
    "yolonas_split, box, boxes overlap by at least",
    "picodet_xs_320, box, boxes overlap by at least",
    "11n-seg, mask, masks overlap by at least",
    "11n-pose, key points, key points move by at most",
    "11n-obb, rotated, boxes overlap by at least",
    "11n-cls-tiny, score, classes as expected; scores differ by at most"
  })
  void itsSelfTestSeesWhatChanged(String name, String part, String said) throws IOException {
    Path onnx = Cli.shared().resolve("families").resolve(name + ".onnx");
    Path picture = Cli.shared().resolve("pictures/000000011511.jpg");
    Cli converted = Cli.run("convert", onnx, "-o", temp, "-n", "model", "--data-type", "FP32");
    assertThat(converted.exitCode()).as(converted.err()).isEqualTo(ExitCode.DONE);
    Path ir = temp.resolve("model.xml");
    Golden found;
    try (Detector detector = Detector.open(ir)) {
      found = Golden.of(detector, false, List.of(picture));
    }
    TestBundle bundle = new TestBundle(SigningKey.generate()).unsigned();

    Path right = bundle.of(ir, picture, found).folder(temp.resolve("right-1.0.0"));
    assertThat(Cli.run("self-test", "--bundle", right).done()).contains(said);

    Path wrong = bundle.of(ir, picture, changed(found, part)).folder(temp.resolve("wrong-1.0.0"));
    Cli tested = Cli.run("self-test", "--bundle", wrong);
    assertThat(tested.exitCode()).as(tested.out()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(tested.out()).contains("NO   000000011511.jpg");
  }

  /** The same with one part of the first object changed. */
  private Golden changed(Golden found, String part) throws IOException {
    JsonNode golden = JSON.readTree(found.bytes());
    ObjectNode object = (ObjectNode) golden.at("/pictures/0/detections/0");
    assertThat(object.has(part)).as("%s has %s", object, part).isTrue();
    switch (part) {
      case "box" -> add((ObjectNode) object.get(part), "x", PIXELS);
      case "rotated" -> add((ObjectNode) object.get(part), "angle", 0.5);
      case "score" -> add(object, part, -0.05);
      case "key points" ->
          object
              .get(part)
              .forEach(
                  point -> {
                    add((ObjectNode) point, "x", PIXELS);
                    ((ObjectNode) point).put("score", 1); // what nobody sees does not count
                  });
      case "mask" -> {
        ObjectNode mask = (ObjectNode) object.get(part);
        int width = mask.get("width").asInt();
        int height = mask.get("height").asInt();
        mask.put("counts", Mask.of(width, height, new int[] {0, width * height}).compressed());
      }
      default -> throw new IllegalArgumentException(part);
    }
    Path folder = temp.resolve("changed");
    Files.createDirectories(folder.resolve(Golden.FOLDER));
    Files.write(folder.resolve(Golden.FILE), JSON.writeValueAsBytes(golden));
    return Golden.read(folder);
  }

  private static void add(ObjectNode object, String key, double much) {
    object.put(key, object.get(key).asDouble() + much);
  }
}
