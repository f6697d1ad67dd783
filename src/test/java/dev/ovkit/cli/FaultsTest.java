package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The answers to the files in ../shared/faults that are no ONNX models (those are in
 * ForeignModelsTest and HostileModelsTest, labels in LabelsTest; what programs do wrong is in
 * ClassLoadersTest, InterruptTest, ModelSourceTest, FilesInUseTest and .ci/hosting.sh).
 */
@Tag("integration")
class FaultsTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pictures/p.png         | 0 | p.png  64x64  2 found",
        "pictures/q.png         | 0 | q.png  64x64  1 found",
        "pictures/rgba_hidden.png | 0 | red              0.970  x 24.0  y 16.0  width 8.0",
        "pictures/grey12in16.png | 0 | grey12in16.png  64x64  0 found",
        "pictures/float.tif     | 1 | it is a TIFF of floating-point numbers; expected 8 or 16 bits",
        "pictures/anim.gif      | 1 | it is a GIF, expected a JPEG, PNG, WebP, BMP or TIFF",
      })
  void picturesAreReadOrTheirKindIsNamed(String picture, int code, String answer) {
    Path ir = fault("fuzz/ir/ok.xml");
    Cli said = Cli.run("infer", ir, fault(picture));
    assertThat(said.out() + said.err()).contains(answer);
    assertThat(said.exitCode()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "infer | fuzz/ir/broadcast.xml | its layer 'ovkit/Constant_2' (Broadcast) has 0 inputs, 2 are needed",
        "inspect | fuzz/ir/broadcast.xml | its layer 'ovkit/Constant_2' (Broadcast) has 0 inputs",
        "eval | fuzz/misc/coco-long-number.json | cannot be read: Number value length",
        "eval | fuzz/misc/coco-deep.json | cannot be read: Document nesting depth",
        "convert | fuzz/misc/manifest-nul.json | for \"name\", expected a file's name without a folder",
      })
  void whatAFuzzerMadeIsRefusedInOneLineThatNamesIt(String command, String file, String reason)
      throws IOException {
    Path made = temp.resolve("made");
    Cli said =
        switch (command) {
          case "infer" -> Cli.run(command, fault(file), fault("pictures/p.png"));
          case "inspect" -> Cli.run(command, fault(file));
          case "eval" ->
              Cli.run(
                  command,
                  Demo.ONNX.resolveSibling("conveyor-parts.xml"),
                  "--coco",
                  fault(file),
                  "--images",
                  Demo.picture(0).getParent());
          default ->
              Cli.run(
                  command,
                  "--from-manifest",
                  fault(file),
                  fault("fuzz/misc/v8_rows.onnx"),
                  "-o",
                  made);
        };
    assertThat(said.err().lines()).hasSize(1);
    assertThat(said.err()).contains(fault(file).toString(), reason);
    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(made).doesNotExist();
  }

  /** A regular expression over such a key once took half an hour. */
  @Test
  void aKeyThatIsNoneEndsAtOnce() throws IOException {
    Path root = Files.createDirectories(temp.resolve("root/trusted"));
    Files.copy(fault("fuzz/pem/trusted/a.pub"), root.resolve("a.pub"));
    Cli said = Cli.run("install", fault("fuzz/pem-bundle"), "--root", root.getParent());
    assertThat(said.exitCode()).isNotZero();
    assertThat(said.err().lines()).hasSize(1);
  }

  private static Path fault(String name) {
    return Cli.shared().resolve("faults").resolve(name);
  }
}
