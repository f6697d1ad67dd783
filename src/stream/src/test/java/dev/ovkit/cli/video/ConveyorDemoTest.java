package dev.ovkit.cli.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit demo --video}: a drawn film, its parts counted. */
@Tag("integration")
class ConveyorDemoTest {

  @TempDir Path temp;

  private String demo(Object... arguments) throws Exception {
    List<String> command = OvkitCommand.of(arguments);
    command.add(1, "-Dovkit.home=" + System.getProperty("ovkit.home"));
    Path out = temp.resolve("stdout");
    Path err = temp.resolve("stderr");
    int code =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    String text = Files.readString(out);
    assertThat(code).as(text + Files.readString(err)).isZero();
    return text;
  }

  @Test
  void sixtyPartsAreCountedByClass() throws Exception {
    String text = demo("demo", "--video", "--out", temp);
    assertThat(text).containsPattern("(?m)^  all +60 +60$");
    for (String label : List.of("bolt", "nut", "washer", "gear", "bracket", "bearing")) {
      assertThat(text).containsPattern("(?m)^  " + label + " +(\\d+) +\\1$");
    }
    for (String file : List.of("belt.mp4", "belt-counted.mp4", "belt-counted.jpg")) {
      assertThat(temp.resolve(file)).isNotEmptyFile();
    }
    List<String> truth = Files.readAllLines(temp.resolve("belt-truth.csv"));
    assertThat(truth.get(0)).isEqualTo("frame,part,label,x,y,width,height,visible");
    Set<String> parts =
        truth.stream().skip(1).map(row -> row.split(",")[1]).collect(Collectors.toSet());
    assertThat(parts).hasSize(60);
    assertThat(Files.readString(temp.resolve("belt-counted.jsonl"))).contains("\"crossed\"");
  }
}
