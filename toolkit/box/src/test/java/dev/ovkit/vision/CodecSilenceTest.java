package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.picture.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Codecs write their complaints to descriptor 2, where no Java stream can catch them; so the
 * witness is another process, whose descriptor 2 is a file.
 */
@Tag("integration")
class CodecSilenceTest {

  /** Decodes damaged pictures on several threads, while another one writes to System.err. */
  static final class Decodes {
    public static void main(String[] files) throws InterruptedException {
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        threads[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    for (String file : files) {
                      try {
                        Picture.read(Path.of(file)).close();
                      } catch (dev.ovkit.PictureException e) {
                        // as expected of most
                      }
                    }
                  }
                });
        threads[t].start();
      }
      for (int i = 0; i < 100; i++) {
        System.err.println("line " + i);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  @Test
  void nothingButTheApplicationsOwnLinesReachesDescriptor2(@TempDir Path folder) throws Exception {
    List<Path> files = new java.util.ArrayList<>();
    BufferedImage image = new BufferedImage(300, 200, BufferedImage.TYPE_3BYTE_BGR);
    new java.util.Random(4)
        .ints(20_000, 0, 60_000)
        .forEach(i -> image.setRGB(i % 300, i / 300, i * 7919));
    for (String format : List.of("jpg", "png", "bmp", "tiff")) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, format, out);
      byte[] bytes = out.toByteArray();
      for (int i = 0; i < 4; i++) {
        // Whole files with damage in the middle: they pass the header check and reach the codec.
        byte[] damaged = bytes.clone();
        int at = bytes.length * (i + 1) / 5;
        Arrays.fill(damaged, at, Math.min(bytes.length - 2, at + 60), (byte) (i * 85));
        files.add(Files.write(folder.resolve(i + "." + format), damaged));
      }
    }
    File errors = folder.resolve("errors.txt").toFile();
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-cp",
                System.getProperty("java.class.path"),
                Decodes.class.getName()));
    files.forEach(f -> command.add(f.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectError(errors)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    List<String> lines = Files.readAllLines(errors.toPath());
    assertThat(process.exitValue()).as("%s", lines).isZero();
    // JDK 25 warns of JavaCPP's Unsafe; that is the JVM's, not a codec's.
    lines.removeIf(l -> l.startsWith("WARNING: "));
    assertThat(lines)
        .containsExactlyElementsOf(
            java.util.stream.IntStream.range(0, 100).mapToObj(i -> "line " + i).toList());
  }
}
