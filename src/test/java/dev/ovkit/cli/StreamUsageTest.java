package dev.ovkit.cli;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of {@code stream} that are refused before any video is looked for. */
class StreamUsageTest {

  @ParameterizedTest
  @ValueSource(strings = {"0", "0M", "1.5G", "100X", "8589934592G", "999999999999G"})
  void aSizeThatNoFileCanHave(String size) {
    Cli.run("stream", Demo.IR, "film.mp4", "--rotate", size)
        .isWrongUsage(
            "--rotate %s: expected a size such as 100M, above 0 and below 8 exabytes"
                .formatted(size),
            "ovkit stream");
  }
}
