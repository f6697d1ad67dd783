package dev.ovkit.metadata;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.fuzz.FuzzCase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What an exporter notes beside an IR. */
class NotesFuzzTest {

  @TempDir private Path temp;

  @FuzzTest
  void notes(byte[] data) {
    FuzzCase.of(
        data, () -> ExportNotes.read(Files.write(temp.resolve("metadata.yaml"), data)).names());
  }
}
