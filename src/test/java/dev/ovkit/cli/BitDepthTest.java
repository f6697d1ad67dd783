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
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
    eight = temp.resolve("eight_.png");
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

  /** What a command prints is the same for both pictures, but for their names and the time. */
  private void saysTheSame(String... command) {
    List<Object> plain = new ArrayList<>(List.of((Object[]) command));
    List<Object> deep = new ArrayList<>(plain);
    plain.replaceAll(word -> word.equals("PICTURE") ? eight : word);
    deep.replaceAll(word -> word.equals("PICTURE") ? twelve : word);
    deep.add("--bit-depth");
    deep.add(12);
    String expected = Cli.run(plain.toArray()).done().replace("eight_.png", "P.png");
    assertThat(Cli.run(deep.toArray()).done().replace("twelve.png", "P.png")).isEqualTo(expected);
    assertThat(Cli.run(plain.toArray()).done()).isNotEmpty();
  }

  @Test
  void modelsAreComparedOnPicturesOfTwelveBits() {
    saysTheSame("verify", Demo.ONNX.toString(), Demo.IR.toString(), "PICTURE");
  }

  @Test
  void theAccuracyIsThatOfPicturesOfEightBits() throws IOException {
    Path labels = Files.createDirectory(temp.resolve("labels"));
    JsonNode found = detections(Cli.run("infer", Demo.IR, eight, "--json").done());
    StringBuilder lines = new StringBuilder();
    BufferedImage picture = ImageIO.read(eight.toFile());
    for (JsonNode one : found) {
      JsonNode box = one.get("box");
      double width = box.get("width").asDouble() / picture.getWidth();
      double height = box.get("height").asDouble() / picture.getHeight();
      lines.append(
          "%d %f %f %f %f%n"
              .formatted(
                  one.get("class_id").asInt(),
                  box.get("x").asDouble() / picture.getWidth() + width / 2,
                  box.get("y").asDouble() / picture.getHeight() + height / 2,
                  width,
                  height));
    }
    Files.writeString(labels.resolve("twelve.txt"), lines);
    Path pictures = Files.createDirectory(temp.resolve("pictures"));
    Files.move(twelve, pictures.resolve("twelve.png"));
    for (Object[] model : new Object[][] {{"--ir", Demo.IR}, {"--onnx", Demo.ONNX}}) {
      double[] map = new double[2];
      for (int depth : new int[] {12, 16}) {
        JsonNode said =
            JSON.readTree(
                Cli.run(
                        "eval",
                        model[0],
                        model[1],
                        "--labels",
                        labels,
                        "--images",
                        pictures,
                        "--bit-depth",
                        depth,
                        "--json")
                    .done());
        map[depth / 16] = said.get("map").asDouble();
      }
      assertThat(map[0]).as("%s at 12 bits", model).isGreaterThan(0.9);
      assertThat(map[1]).as("%s as if all 16 were used", model).isLessThan(0.2);
    }
  }

  @Test
  void eightBitModelsAreCalibratedOnPicturesOfTwelveBits() throws IOException {
    Path plain = temp.resolve("plain");
    Path deep = temp.resolve("deep");
    Cli first = Cli.run("quantize", Demo.IR, eight, "-o", plain);
    assertThat(first.exitCode()).as(first.err()).isZero();
    Cli second = Cli.run("quantize", Demo.IR, twelve, "-o", deep, "--bit-depth", 12);
    assertThat(second.exitCode()).as(second.err()).isZero();
    String bin = Demo.IR.getFileName().toString().replace(".xml", ".bin");
    assertThat(deep.resolve(bin)).hasSameBinaryContentAs(plain.resolve(bin));
  }

  @Test
  void boxesAreExplainedOnPicturesOfTwelveBits() throws IOException {
    JsonNode right = detections(Cli.run("infer", Demo.IR, eight, "--json").done());
    Path expected = Files.writeString(temp.resolve("right.json"), right.toString());
    saysTheSame("diagnose", Demo.IR.toString(), "PICTURE", "--expect", expected.toString());
  }

  /** The pictures of a report, as they are in its page. */
  private static List<String> pictures(Path html) throws IOException {
    return Pattern.compile("data:image/jpeg;base64,[^\"]+")
        .matcher(Files.readString(html))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  @Test
  void aDiagnosisShowsThemAsBrightAsThoseOfEightBits() throws IOException {
    Path plain = temp.resolve("plain.html");
    Path deep = temp.resolve("deep.html");
    Cli.run("diagnose", Demo.IR, eight, "--html", plain).done();
    Cli.run("diagnose", Demo.IR, twelve, "--bit-depth", 12, "--html", deep).done();
    assertThat(pictures(deep)).isNotEmpty().isEqualTo(pictures(plain));
  }

  /** An object that nobody labelled is a mistake, so that the picture is among the worst. */
  @Test
  void anEvaluationShowsThemAsBrightAsThoseOfEightBits() throws IOException {
    Path labels = Files.createDirectory(temp.resolve("labels"));
    List<List<String>> shown = new ArrayList<>();
    for (Path picture : List.of(eight, twelve)) {
      Path pictures = Files.createDirectory(temp.resolve("of-" + picture.getFileName()));
      Files.copy(picture, pictures.resolve("one.png"));
      Files.writeString(labels.resolve("one.txt"), "0 0.5 0.5 0.1 0.1\n");
      Path html = pictures.resolve("report.html");
      List<Object> command =
          new ArrayList<>(List.of("eval", Demo.IR, "--labels", labels, "--images", pictures));
      command.addAll(List.of("--html", html));
      if (picture == twelve) {
        command.addAll(List.of("--bit-depth", 12));
      }
      Cli.run(command.toArray()).done();
      shown.add(pictures(html));
    }
    assertThat(shown.get(1)).isNotEmpty().isEqualTo(shown.get(0));
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
