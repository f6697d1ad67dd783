package dev.ovkit.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On libraries of the JDK that runs this, all of which come with their symbols. */
class ElfSymbolsTest {

  private static final Path JDK = Path.of(System.getProperty("java.home"), "lib");
  private static final int SYMBOLS = 2;
  private static final int DYNAMIC_SYMBOLS = 11;

  @TempDir private Path folder;

  @Test
  void theTableOfSymbolsGoesAndAllThatIsLoadedStays() throws IOException {
    Path library = Files.copy(JDK.resolve("libzip.so"), folder.resolve("libzip.so"));
    byte[] before = Files.readAllBytes(library);
    assertThat(offsetOf(before, SYMBOLS)).isPositive();

    ElfSymbols.strip(library);

    byte[] after = Files.readAllBytes(library);
    assertThat(offsetOf(after, SYMBOLS)).isNegative();
    assertThat(offsetOf(after, DYNAMIC_SYMBOLS)).isEqualTo(offsetOf(before, DYNAMIC_SYMBOLS));
    assertThat(after.length).isLessThan(before.length);
    // The header tells where the sections' headers are; all behind it is as it was.
    int end = offsetOf(before, SYMBOLS);
    assertThat(Arrays.copyOfRange(after, 64, end)).isEqualTo(Arrays.copyOfRange(before, 64, end));
  }

  @Test
  void aJvmStillStartsFromStrippedLibraries() throws Exception {
    Path jre = folder.resolve("jre");
    JavaRuntime.of(JDK.getParent()).link(jre, folder.resolve("licences"), false, false);
    assertThat(offsetOf(Files.readAllBytes(jre.resolve("lib/server/libjvm.so")), SYMBOLS))
        .isNegative();
    Process started =
        new ProcessBuilder(jre.resolve("bin/java").toString(), "-version")
            .redirectErrorStream(true)
            .start();
    String said = new String(started.getInputStream().readAllBytes(), UTF_8);
    assertThat(started.waitFor()).as(said).isZero();
  }

  @Test
  void whatIsNoLibraryOrHasNoTableStaysAsItIs() throws IOException {
    Path text = Files.writeString(folder.resolve("text.so"), "no library ".repeat(20));
    byte[] before = Files.readAllBytes(text);
    ElfSymbols.strip(text);
    assertThat(text).hasBinaryContent(before);

    Path library = Files.copy(JDK.resolve("libzip.so"), folder.resolve("libzip.so"));
    ElfSymbols.strip(library);
    byte[] stripped = Files.readAllBytes(library);
    ElfSymbols.strip(library);
    assertThat(library).hasBinaryContent(stripped);
  }

  private static int offsetOf(byte[] elf, int type) {
    ByteBuffer bytes = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < bytes.getShort(60); i++) {
      int header = (int) bytes.getLong(40) + 64 * i;
      if (bytes.getInt(header + 4) == type) {
        return (int) bytes.getLong(header + 24);
      }
    }
    return -1;
  }
}
