package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.option.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class names, as people and exporters spell them. */
class LabelsTest {

  @TempDir private Path temp;

  @Test
  void aByteOrderMarkAndWindowsLineEndsAreNoPartOfAName() throws IOException {
    Path file = Files.writeString(temp.resolve("bom.names"), "\ufeffred\r\ngreen\r\n");
    assertThat(Labels.read(file)).containsExactly("red", "green");
  }

  @Test
  void namesThatJsonEscapesAreReadAsTheyWereMeant() throws IOException {
    Path ir = converted("names_uni");
    String json = Cli.run("infer", "--ir", ir, "--image", fault("pictures/p.png"), "--json").done();
    assertThat(new ObjectMapper().readTree(json).findValuesAsText("label"))
        .containsExactlyInAnyOrder("红", "绿 色");
  }

  @Test
  void tooFewNamesAreSaidToBeTooFew() {
    Cli said = Cli.run("convert", fault("onnx/names_few.onnx"), "-o", temp.resolve("out"));
    assertThat(said.out())
        .contains("the exporter noted 1 names, but the model has 2 classes; --labels FILE gives");
    assertThat(said.exitCode()).isZero();
  }

  @Test
  void aNameCannotForgeALine() throws IOException {
    Path ir = converted("base");
    String text = Files.readString(ir);
    assertThat(text).contains("red,green");
    Files.writeString(ir, text.replace("red,green", "red&#10;forged 1,green"));
    assertThat(Cli.run("inspect", ir).done().lines()).noneMatch(line -> line.startsWith("forged"));
  }

  private Path converted(String name) {
    Cli.run("convert", fault("onnx/" + name + ".onnx"), "-o", temp.resolve("out"), "-n", name);
    return temp.resolve("out").resolve(name + ".xml");
  }

  private static Path fault(String name) {
    return Cli.shared().resolve("faults").resolve(name);
  }
}
