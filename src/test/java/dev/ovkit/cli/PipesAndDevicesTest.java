package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no regular file may never end, and its writer may never come: it is refused. */
@Tag("integration")
class PipesAndDevicesTest {

  @TempDir private Path temp;

  @BeforeEach
  void makeAPipe() throws IOException, InterruptedException {
    Path fifo = temp.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    for (String ending : List.of(".xml", ".onnx", ".jpg", ".json", ".txt")) {
      Files.createSymbolicLink(temp.resolve("pipe" + ending), fifo);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "infer X.xml PICTURE",
        "infer MODEL.xml X.jpg",
        "infer MODEL.xml PICTURE --labels X.txt",
        "convert X.onnx -o OUT",
        "convert MODEL.onnx -o OUT --labels X.txt",
        "convert MODEL.onnx -o OUT --from-manifest X.json",
        "inspect X.onnx",
        "inspect X.xml",
        "verify MODEL.xml X.onnx",
        "eval MODEL.xml --coco X.json --images PICTURE",
        "diagnose MODEL.xml PICTURE --expect X.json",
        "bench MODEL.xml PICTURE --baseline X.json",
        "package --ir MODEL.xml --golden PICTURE --key X.txt -o OUT-1.0.0",
      })
  @Timeout(60)
  void areRefused(String line) {
    boolean byOption = line.matches(".* -.* X\\..*");
    for (boolean zero : byOption ? new boolean[] {false, true} : new boolean[] {false}) {
      String[] words = line.split(" ");
      for (int i = 0; i < words.length; i++) {
        words[i] =
            words[i]
                .replaceFirst("^X(\\..*)", zero ? "/dev/zero" : temp.resolve("pipe") + "$1")
                .replaceFirst("^MODEL\\.xml$", Demo.IR.toString())
                .replaceFirst("^MODEL\\.onnx$", Demo.ONNX.toString())
                .replaceFirst("^PICTURE$", Demo.picture(0).toString())
                .replaceFirst("^OUT", temp.resolve("out").toString());
      }
      Cli said = Cli.run((Object[]) words);
      assertThat(said.err()).contains("is a pipe or a device, not a regular file; give a file");
      assertThat(said.exitCode()).isIn(1, 2, 4);
      assertThat(temp.resolve("out")).doesNotExist();
    }
  }
}
