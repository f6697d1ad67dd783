package dev.ovkit.diagnose;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.fuzz.FuzzCase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What another program found, as diagnose takes it. */
class ExpectedFuzzTest {

  @TempDir private Path temp;

  @FuzzTest
  void expected(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Path file = Files.write(temp.resolve("expected.json"), data);
          ExpectedFile.read(file).of(Path.of("000000.jpg"));
        });
  }
}
