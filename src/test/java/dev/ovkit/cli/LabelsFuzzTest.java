package dev.ovkit.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.fuzz.FuzzCase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Class names: a file of them, and how exporters spell them. */
class LabelsFuzzTest {

  @TempDir private Path temp;

  @FuzzTest
  void labels(byte[] data) {
    FuzzCase.of(data, () -> Labels.read(Files.write(temp.resolve("labels.txt"), data)));
  }
}
