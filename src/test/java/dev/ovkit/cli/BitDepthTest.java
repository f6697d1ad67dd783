package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.print.ExitCode;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A picture of the demo as a camera of 12 bits would write it, beside the same of 8. */
@Tag("integration")
class BitDepthTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp;
  private Path eight;
  private Path twelve;

  @BeforeEach
  void aPictureInBoth() throws IOException {
    BufferedImage picture = ImageIO.read(Demo.picture(0).toFile());
    eight = temp.resolve("eight.png");
    twelve = temp.resolve("twelve.png");
    ImageIO.write(picture, "png", eight.toFile());
    int width = picture.getWidth();
    int height = picture.getHeight();
    WritableRaster raster =
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_USHORT, width, height, 3 * width, 3, new int[] {0, 1, 2}, null);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = picture.getRGB(x, y);
        for (int c = 0; c < 3; c++) {
          raster.setSample(x, y, c, (rgb >> (16 - 8 * c) & 0xff) << 4);
        }
      }
    }
    ComponentColorModel colours =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    ImageIO.write(new BufferedImage(colours, raster, false, null), "png", twelve.toFile());
  }

  private static JsonNode detections(String json) throws IOException {
    return JSON.readTree(json).get("pictures").get(0).get("detections");
  }

  @Test
  void theSameIsFoundWithTheBitDepth() throws IOException {
    JsonNode expected = detections(Cli.run("infer", Demo.IR, eight, "--json").done());
    assertThat(expected).isNotEmpty();
    assertThat(detections(Cli.run("infer", Demo.IR, twelve, "--bit-depth", 12, "--json").done()))
        .isEqualTo(expected);

    Path in = Files.createDirectory(temp.resolve("in"));
    Files.move(twelve, in.resolve("twelve.png"));
    Path out = temp.resolve("out");
    String said =
        Cli.run("watch", Demo.IR, "--in", in, "--out", out, "--once", "--draw", "--bit-depth", 12)
            .done();
    assertThat(said).startsWith("1 done");
    assertThat(detections(Files.readString(out.resolve("twelve.png.json")))).isEqualTo(expected);
    BufferedImage drawn = ImageIO.read(out.resolve("twelve.png.drawn.jpg").toFile());
    assertThat(drawn.getRGB(5, 5) >> 8 & 0xff)
        .as("as bright as the picture")
        .isCloseTo(ImageIO.read(eight.toFile()).getRGB(5, 5) >> 8 & 0xff, within(20));
  }

  @Test
  void withoutItOneLineNamesIt() {
    Cli said = Cli.run("infer", Demo.IR, twelve, twelve);
    assertThat(said.err())
        .isEqualTo(
            "ovkit: %s: it has 16 bits a value and uses no more than 12, so it is read as almost black; if it is from a camera of 12 bits, give --bit-depth 12%n"
                .formatted(twelve));
    assertThat(said.exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void aValueThatNeedsMoreBitsIsRefused() {
    Cli said = Cli.run("infer", Demo.IR, twelve, "--bit-depth", 9);
    assertThat(said.err())
        .matches(
            "ovkit: \\Q%s\\E: it has the value \\d+, but 9 bits hold at most 511; read it with a larger bit depth, or without one\\R"
                .formatted(twelve));
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
    for (int bits : new int[] {8, 17}) {
      Cli.run("infer", Demo.IR, twelve, "--bit-depth", bits)
          .isWrongUsage("--bit-depth %d: expected 9..16".formatted(bits), "ovkit infer");
    }
  }
}
