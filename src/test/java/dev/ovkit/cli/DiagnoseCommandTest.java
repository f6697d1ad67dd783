package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit diagnose} as a user types it. */
@Tag("integration")
class DiagnoseCommandTest {

  private static final String MODEL = "yolox_nano-416";

  @TempDir private Path temp;

  /** An IR whose metadata says the wrong letterbox. */
  private Path lying() {
    Path shared = Cli.shared();
    Cli convert =
        Cli.run(
            "convert",
            shared.resolve("models/" + MODEL + ".onnx"),
            "-o",
            temp,
            "--letterbox",
            "stretch");
    assertThat(convert.exitCode()).isZero();
    return temp.resolve(MODEL + ".xml");
  }

  @Test
  void namesWhatIsWrongWithAnIrOfTheDemo() {
    Cli.run("convert", Demo.ONNX, "-o", temp, "-n", "right").done();
    Cli.run("convert", Demo.ONNX, "-o", temp, "-n", "wrong", "-s", "65025").done();
    Path right = temp.resolve("right.xml");
    Path picture = Demo.picture(0);
    Path boxes =
        write("boxes.json", Cli.run("infer", "--ir", right, "--image", picture, "--json").done());
    Cli fine = Cli.run("diagnose", "--ir", right, "--image", picture, "--expect", boxes);
    assertThat(fine.exitCode()).as(fine.out()).isZero();
    Cli wrong =
        Cli.run(
            "diagnose", "--ir", temp.resolve("wrong.xml"), "--image", picture, "--expect", boxes);
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(wrong.out()).contains("Wrong: scale and mean: ");
  }

  @Test
  void thePageShowsTheBoxesBeforeAndAfter() throws IOException {
    Cli.run("convert", Demo.ONNX, "-o", temp, "-n", "wrong", "-s", "65025").done();
    Path page = temp.resolve("page.html");
    Path ir = temp.resolve("wrong.xml");
    Cli.run("diagnose", ir, Demo.picture(0), "--reference", Demo.ONNX, "--html", page);
    assertThat(Files.readString(page))
        .contains("Wrong: scale and mean: ", "Fix it with:", "<code>ovkit convert ")
        .containsPattern("before: 0 objects.*after: \\d\\d objects")
        .contains("Agreement of the boxes");
  }

  @Test
  void noObjectOnThePicturesIsNoVerdict() throws IOException {
    Cli.run("convert", Demo.ONNX, "-o", temp, "-n", "right").done();
    Path nothing = TinyPictures.grey(temp.resolve("nothing.png"), 64, 48);
    Cli said =
        Cli.run(
            "diagnose",
            "--ir",
            temp.resolve("right.xml"),
            "--image",
            nothing,
            "--reference",
            Demo.ONNX);
    assertThat(said.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(said.out()).contains("Nothing was compared: no object is expected on these");
  }

  @Test
  void namesTheCauseAndACommandThatMendsIt() {
    Path ir = lying();
    Path picture = Cli.shared().resolve("pictures/zidane.jpg");
    Path expected = Cli.shared().resolve("expected-suppressed-first/" + MODEL + ".json");
    Cli diagnose = Cli.run("diagnose", "--ir", ir, "--image", picture, "--expect", expected);
    assertThat(diagnose.err()).isEmpty();
    assertThat(diagnose.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(diagnose.out())
        .contains("Wrong: letterbox: pictures should be put into the input")
        .contains("top left, but are put by stretching")
        .contains(
            "Fix it with: ovkit infer --ir %s --image %s --letterbox top-left"
                .formatted(ir, picture))
        .contains("Fix it with: ovkit convert MODEL.onnx --letterbox top-left");

    Cli mended =
        Cli.run("infer", "--ir", ir, "--image", picture, "--letterbox", "top-left", "--json");
    Path boxes = write("boxes.json", mended.done());
    Cli.run("convert", Cli.shared().resolve("models/" + MODEL + ".onnx"), "-o", temp).done();
    assertThat(Cli.run("diagnose", "--ir", ir, "--image", picture, "--expect", boxes).exitCode())
        .isZero();
  }

  @Test
  void asJson() throws IOException {
    Path ir = lying();
    Path shared = Cli.shared();
    Cli diagnose =
        Cli.run(
            "diagnose",
            "--ir",
            ir,
            "--image",
            shared.resolve("pictures/zidane.jpg"),
            "--reference",
            shared.resolve("models/" + MODEL + ".onnx"),
            "--json");
    assertThat(diagnose.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    JsonNode json = new ObjectMapper().readTree(diagnose.out());
    assertThat(json.path("verdict").asText()).isEqualTo("explained");
    assertThat(json.path("cause").path("settings").path(0).asText()).isEqualTo("letterbox");
    assertThat(json.path("cause").path("agreement").asDouble())
        .isGreaterThan(json.path("now").path("agreement").asDouble());
    assertThat(json.path("tried").size()).isGreaterThan(10);
  }

  @Test
  void aFileThatHasNoBoxesIsAnError() {
    Path ir = lying();
    Path picture = Cli.shared().resolve("pictures/zidane.jpg");
    Path empty = write("empty.json", "{}");
    Cli.run("diagnose", "--ir", ir, "--image", picture, "--expect", empty)
        .failsWith(
            ExitCode.FAILED,
            "'%s': it has neither 'pictures' nor a list of detections; expected what 'ovkit infer --json' prints, or a list of {\"class_id\", \"score\", \"box\": {\"x\", \"y\", \"width\", \"height\"}}"
                .formatted(empty));
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(temp.resolve(name), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
