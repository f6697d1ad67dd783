package dev.ovkit.cli;

import dev.ovkit.OvkitException;
import dev.ovkit.bundle.SelfTestProcess;
import dev.ovkit.bundle.SelfTestReport;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.internal.process.SecondJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The whole path once, in a process of its own, so that a crash of native code is an answer: in a
 * checkout the demo, from its ONNX to drawn boxes; in a bundle its self-test.
 */
final class WholePathProcess {

  private static final int LIMIT_SECONDS = 120;
  private static final int SIGNALLED = 128;
  private static final int LONGEST = 400;

  /** Returns what goes wrong; empty if nothing does. */
  static Optional<String> complaint() {
    try {
      String bundle = System.getProperty("ovkit.bundle.dir");
      if (bundle == null) {
        return demo();
      }
      SelfTestReport report = SelfTestProcess.run(Path.of(bundle), SelfTestProcess.DEFAULT_LIMIT);
      return report.holds() ? Optional.empty() : Optional.of(report.complaint());
    } catch (OvkitException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> demo() {
    try {
      Path folder = Files.createTempDirectory("ovkit-doctor-");
      try {
        return run(folder);
      } finally {
        Trees.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> run(Path folder) throws IOException {
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(
                SecondJvm.command(
                    List.of(),
                    folder.resolve("crash.log"),
                    "dev.ovkit.cli.Main",
                    "demo",
                    "--out",
                    folder.resolve("demo").toString()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        return Optional.of("it does not end within %d s".formatted(LIMIT_SECONDS));
      }
      int code = process.exitValue();
      if (code == 0) {
        return Optional.empty();
      }
      String text =
          new String(Files.readAllBytes(said), StandardCharsets.UTF_8)
              .strip()
              .replaceAll("\\s+", " ");
      String end = text.length() > LONGEST ? "…" + text.substring(text.length() - LONGEST) : text;
      return Optional.of(
          (code > SIGNALLED
                  ? "it crashes (signal %d): ".formatted(code - SIGNALLED)
                  : "it ends with exit code %d: ".formatted(code))
              + end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("it was interrupted");
    } finally {
      process.destroyForcibly();
    }
  }

  private WholePathProcess() {}
}
