package dev.ovkit.video.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.RuntimeUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FfmpegLibrariesTest {

  @TempDir Path temp;

  /** What a program of its own says, for the libraries are loaded once in a JVM. */
  static final class Program {
    public static void main(String[] arguments) {
      try {
        VideoReader.open(VideoSource.of("http://127.0.0.1:1/a"), ReadOptions.defaults());
      } catch (RuntimeUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aFolderWithoutLibrariesIsNamedAndNoOtherOneIsTaken()
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dovkit.video.dir=" + temp,
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    assertThat(said)
        .contains(
            "no usable FFmpeg libraries; searched:%n  explicit directory %s: libdrm.so.2 is missing"
                .formatted(temp));
  }

  @Test
  void aMissingLibraryOfTheSystemIsNamedWithItsPackage() {
    assertThat(
            FfmpegLibraries.complaint(
                temp, "libudev.so.1: cannot open shared object file: No such file or directory"))
        .isEqualTo(
            "FFmpeg needs libudev.so.1, which this machine does not have; on Debian or Ubuntu: apt-get install libudev1");
  }
}
