package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** {@code verify} and {@code convert --verify} as a user meets them. */
@Tag("integration")
class VerifyCommandTest {

  @TempDir private static Path made;
  private static Path onnx;
  private static Path right;
  private static Path twice;
  private static Path parts;

  @TempDir private Path temp;

  @BeforeAll
  static void irs() {
    parts = Demo.picture(0);
    onnx = Demo.ONNX;
    Cli.run("convert", onnx, "-o", made, "-n", "right").done();
    Cli.run("convert", onnx, "-o", made, "-n", "twice", "-s", "65025").done();
    right = made.resolve("right.xml");
    twice = made.resolve("twice.xml");
  }

  @Test
  void aRightIrIsTheSame() {
    String said = Cli.run("verify", onnx, right, parts).done();
    assertThat(said)
        .contains("A  %s (ONNX Runtime 1.".formatted(onnx), "%s (OpenVINO 20".formatted(right))
        .containsPattern(
            "(?m)^/model.32/m.0/Conv_output_0 +0\\.0\\d+ +\\d\\.\\d\\de-04 +1\\.000000 +0$")
        .contains("picture", "matched", "only A", "only B")
        .endsWith(
            "the same: 30 objects in both; tolerated for FP16 are relative L2 0.020, scores 0.02, IoU 0.95%n"
                .formatted());
  }

  @Test
  void bisectionSaysThatNoNodeDiffers() {
    assertThat(Cli.run("verify", onnx, right, parts, "--bisect").done())
        .contains("A  %s (ONNX Runtime 1.".formatted(onnx), "tensors compared on " + parts)
        .containsPattern(
            "no node differs; the largest error is [\\d.e-]+, at \\w+ '.*' \\(tolerated for FP16:"
                + " 0.00500\\)");
  }

  @Test
  void bisectionNamesTheNodeAndWritesIt() throws IOException {
    Path folder = temp.resolve("culprit");
    Cli said = Cli.run("verify", onnx, twice, parts, "--bisect", "--out", folder);
    assertThat(said.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(said.out())
        .contains(
            "the first node that differs: Conv '/model.0/conv/Conv', which gives"
                + " '/model.0/conv/Conv_output_0' (1x8x144x256)",
            "attributes: ",
            "output of A: ",
            "output of B: ",
            "it is computed from the picture itself",
            "reproduction: " + folder);
    assertThat(folder.resolve("a.onnx")).isRegularFile();
    assertThat(folder.resolve("README.txt")).isRegularFile();
    Cli again = Cli.run("verify", onnx, twice, parts, "--bisect", "--out", folder);
    assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(again.err()).contains("'%s' already exists".formatted(folder));
  }

  @Test
  void bisectionAsJsonHasEveryNode() throws IOException {
    JsonNode root =
        new ObjectMapper()
            .readTree(Cli.run("verify", onnx, right, parts, "--bisect", "--json").done());
    assertThat(root.get("holds").asBoolean()).isTrue();
    assertThat(root.get("culprit").isNull()).isTrue();
    assertThat(root.get("nodes")).hasSize(root.get("compared").asInt());
    for (JsonNode node : root.get("nodes")) {
      assertThat(node.get("error").asDouble()).isLessThan(root.get("tolerance").asDouble());
      assertThat(node.get("operator").asText()).isNotEmpty();
    }
  }

  @Test
  void aWrongIrIsNotAndTheReasonIsGiven() {
    Cli said = Cli.run("verify", onnx, twice, "--images", parts);
    assertThat(said.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(said.err()).isEmpty();
    assertThat(said.out())
        .contains(
            "- output '/model.32/m.0/Conv_output_0' differs: relative L2 ",
            "- boxes differ on 1 of 1 pictures: 0 in both")
        .contains(
            "- why: the IR gives the same results as the ONNX would if its input were scaled twice",
            "- why: its metadata says that it was converted with scale 65025, but the model expects"
                + " 255")
        .endsWith("not the same%n".formatted());
  }

  @Test
  void theJsonHasAllOfIt() throws IOException {
    Cli said = Cli.run("verify", onnx, twice, "--images", parts, "--json");
    assertThat(said.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    JsonNode json = new ObjectMapper().readTree(said.out());
    assertThat(json.get("holds").asBoolean()).isFalse();
    assertThat(json.get("first").get("file").asText()).isEqualTo(onnx.toString());
    assertThat(json.get("precision").asText()).isEqualTo("FP16");
    assertThat(json.get("tolerance").get("relative_l2").asDouble()).isEqualTo(0.02);
    assertThat(json.get("findings").findValuesAsText("kind")).contains("outputs", "boxes", "cause");
    assertThat(json.get("outputs")).hasSize(3);
    assertThat(json.get("outputs").get(0).get("name").asText())
        .isEqualTo("/model.32/m.0/Conv_output_0");
    assertThat(json.get("outputs").get(0).get("cosine").asDouble()).isLessThan(0.99);
    assertThat(json.get("pictures").get(0).get("only_first")).hasSize(30);
    assertThat(json.get("pictures").get(0).get("only_first").get(0).get("box").has("width"))
        .isTrue();
  }

  @Test
  void aToleranceOfTheUsersOwnDecides() {
    assertThat(
            Cli.run("verify", onnx, right, "--images", parts, "--tolerance", "0.0001").exitCode())
        .isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(
            Cli.run("verify", onnx, right, "--images", parts, "--score-tolerance", "0.0000001")
                .exitCode())
        .isEqualTo(ExitCode.DOES_NOT_HOLD);
  }

  @Test
  void theReportIsOneFileThatNeedsNothingAndIsWellFormed() throws Exception {
    Path odd = Files.copy(parts, temp.resolve("<b>&\"odd'.jpg"));
    Path html = temp.resolve("report.html");
    Cli said = Cli.run("verify", right, twice, "--images", odd, parts, "--html", html);
    assertThat(said.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    String text = Files.readString(html);
    assertThat(text)
        .startsWith("<!DOCTYPE html>")
        .doesNotContain("<script", "http://", "https://", "<b>&")
        .contains("&lt;b&gt;&amp;");
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(text)));
    NodeList pictures = document.getElementsByTagName("img");
    assertThat(pictures.getLength()).isEqualTo(4);
    for (int i = 0; i < pictures.getLength(); i++) {
      assertThat(pictures.item(i).getAttributes().getNamedItem("src").getNodeValue())
          .startsWith("data:image/jpeg;base64,/9j/");
    }
    assertThat(document.getElementsByTagName("p").item(1).getTextContent())
        .isEqualTo("Not the same.");
    assertThat(Cli.files(temp)).containsExactly("<b>&\"odd'.jpg", "report.html");
  }

  @Test
  void histogramsAreDrawnWhereObjectsMatch() throws IOException {
    Path html = temp.resolve("report.html");
    Cli.run("verify", onnx, right, "--images", parts, "--html", html).done();
    assertThat(Files.readString(html))
        .contains(
            "The same.",
            "id=\"chart1\"",
            "score in B less score in A (30)",
            "IoU of the two boxes (30)");
    // One bar says less than a sentence: an IR differs from itself by nothing.
    Cli.run("verify", right, right, "--images", parts, "--html", html).done();
    assertThat(Files.readString(html))
        .contains("score in B less score in A: 0.0000 for all 30", "1.0000 for all 30")
        .doesNotContain("<canvas");
  }

  @Test
  void bothColumnsCallAClassTheSame() throws IOException {
    Path html = temp.resolve("report.html");
    Path nameless = temp.resolve("nameless.xml");
    Files.writeString(
        nameless, Files.readString(right).replaceAll("<labels value=\"[^\"]*\"\\s*/>", ""));
    Files.copy(made.resolve("right.bin"), temp.resolve("nameless.bin"));
    assertThat(Cli.run("infer", nameless, parts).out()).contains("class 0");
    Cli.run("verify", nameless, right, "--images", parts, "--html", html).done();
    assertThat(pictures(html)).hasSize(2).allMatch(pictures(html).get(0)::equals);
  }

  private static List<String> pictures(Path html) throws IOException {
    return Pattern.compile("src=\"(data:image/jpeg[^\"]*)\"")
        .matcher(Files.readString(html))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void conversionVerifiesAtOnce() throws IOException {
    Cli said = Cli.run("convert", onnx, "-o", temp, "--verify", "--images", parts, "--json");
    JsonNode json = new ObjectMapper().readTree(said.done());
    assertThat(json.get("xml").asText()).isEqualTo(temp.resolve("conveyor-parts.xml").toString());
    assertThat(json.get("verification").get("holds").asBoolean()).isTrue();
  }

  @Test
  void conversionWithoutPicturesComparesRawOutputsAndDoesNotFollowAWrongFlag() {
    Cli right = Cli.run("convert", onnx, "-o", temp, "--verify");
    assertThat(right.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(right.err())
        .startsWith(
            "ovkit: no --images: only raw outputs are compared, on generated pictures; give pictures with objects to compare boxes too%n"
                .formatted());
    assertThat(right.out()).contains("weights ", "generated-1 (640x480)", "the same: ");
    Cli wrong = Cli.run("convert", onnx, "-o", temp, "--verify", "--no-reverse-input-channels");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(wrong.out()).contains("the IR takes RGB, 0..255 (according to its metadata)");
  }

  @Test
  void noObjectInEitherModelIsNoAgreement() throws IOException {
    Path nothing = TinyPictures.grey(temp.resolve("nothing.png"), 64, 48);
    Cli said = Cli.run("verify", onnx, right, nothing);
    assertThat(said.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(said.out())
        .contains("- no boxes were compared: neither model finds an object on these pictures")
        .endsWith("no verdict%n".formatted());
  }

  @Test
  void whereNoObjectReachesTheThresholdWeakerOnesAreCompared() {
    Cli said = Cli.run("verify", onnx, right, parts, "--conf", "0.999");
    assertThat(said.exitCode()).as(said.out()).isEqualTo(ExitCode.DONE);
    assertThat(said.err()).contains("no object reaches the score 0.999 in either model");
    assertThat(said.out()).containsPattern("the same: [1-9]\\d* objects in both");
  }

  // ---- bad input

  @Test
  void whatIsNoModelIsSaid() throws IOException {
    Path text = Files.writeString(temp.resolve("a.txt"), "x");
    Cli.run("verify", text, text, "--images", parts)
        .failsWith(
            1,
            "'%s' is neither an ONNX model nor an IR; expected a name that ends in .onnx or .xml"
                .formatted(text));
    Path missing = temp.resolve("missing.xml");
    Cli.run("verify", onnx, missing, "--images", parts)
        .failsWith(1, "%s: no such file; expected the .xml of an OpenVINO IR".formatted(missing));
  }

  @Test
  void anEmptyFolderAndABrokenPicture() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    Cli said = Cli.run("verify", onnx, right, "--images", empty);
    assertThat(said.err())
        .startsWith("ovkit: '%s' contains no pictures; expected ".formatted(empty));
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);

    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    Cli both = Cli.run("verify", onnx, right, "--images", broken, parts);
    assertThat(both.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(both.err()).startsWith("ovkit: ").contains(broken.toString());
    assertThat(both.out()).contains("the same: 30 objects in both");
  }

  @Test
  void theReportsFolderIsMissing() {
    Path html = temp.resolve("no/report.html");
    Cli.run("verify", onnx, right, "--images", parts, "--html", html)
        .failsWith(
            1,
            "cannot write '%s': its folder does not exist and cannot be made; give a writable place"
                .formatted(html));
  }
}
