package dev.ovkit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.OutputException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The page as text; that a browser draws it is checked by {@code .ci/run}. */
class BenchReportTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WICKED = "</script><script>alert('&amp;')</script>\u0001é.xml";

  @TempDir private Path temp;

  private static ObjectNode model(String name) {
    ObjectNode model = JSON.createObjectNode().put("model", name);
    model.putObject("settings").put("precision", "f32").put("threads", 1);
    model.putObject("infer_ms").put("count", 2).put("mean", 12.345678).putNull("standard_error");
    model
        .putObject("distributions")
        .putObject("infer_ms")
        .put("from", 12.0)
        .putArray("counts")
        .add(2);
    model
        .putArray("per_picture")
        .addObject()
        .put("file", "a.jpg")
        .putObject("infer_ms")
        .put("mean", 9.876543);
    return model;
  }

  private static ObjectNode measured(String... models) {
    ObjectNode measured = JSON.createObjectNode().put("mode", "inference-only").put("pictures", 1);
    for (String name : models) {
      measured.withArray("models").add(model(name));
    }
    measured.putArray("ratios");
    measured.putObject("environment").put("cpu", "i5").putNull("quota");
    return measured;
  }

  private Document page(ObjectNode measured) throws Exception {
    Path file = temp.resolve("report.html");
    BenchReport.write(measured.toString(), file);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(Files.readString(file))));
  }

  private static Element byId(Document page, String element, String id) {
    NodeList all = page.getElementsByTagName(element);
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i) instanceof Element one && one.getAttribute("id").equals(id)) {
        return one;
      }
    }
    throw new AssertionError("no %s with id %s".formatted(element, id));
  }

  @Test
  void theEmbeddedJsonIsWhatWasMeasured() throws Exception {
    ObjectNode measured = measured(WICKED, "b.xml");
    Document page = page(measured);
    assertThat(JSON.readTree(byId(page, "script", "measured").getTextContent()))
        .isEqualTo(measured);
  }

  @Test
  void aNameIsNoMarkup() throws Exception {
    page(measured(WICKED, "b.xml"));
    assertThat(Files.readString(temp.resolve("report.html")))
        .doesNotContain("<script>alert")
        .contains("\\u003c/script\\u003e\\u003cscript\\u003ealert('\\u0026amp;')");
  }

  @Test
  void withoutScriptsATableTellsWhatChartsWouldShow() throws Exception {
    Element fallback = (Element) page(measured("a.xml")).getElementsByTagName("noscript").item(0);
    assertThat(fallback.getElementsByTagName("table").getLength()).isEqualTo(2);
    assertThat(fallback.getTextContent()).contains("a.jpg", "9.877", "12.000");
  }

  @Test
  void aRatioNeedsTwoModels() throws Exception {
    assertThat(page(measured("a.xml")).getElementsByTagName("canvas").getLength()).isEqualTo(3);
    ObjectNode two = measured("a.xml", "b.xml");
    two.withArray("ratios").addObject().put("model", "b.xml").put("of", "infer_ms").put("ratio", 2);
    assertThat(page(two).getElementsByTagName("canvas").getLength()).isEqualTo(4);
  }

  @Test
  void layersHaveATableForEachModel() throws Exception {
    ObjectNode measured = measured("a.xml");
    ObjectNode layers = measured.withArray("layers").addObject().put("model", "a.xml");
    layers.put("passes", 20).put("ms", 1.5).put("peak_gflops", 90.25);
    layers
        .withArray("layers")
        .addObject()
        .put("name", WICKED)
        .put("type", "Convolution")
        .put("kernel", "jit_avx2_f32")
        .put("ms", 1.25)
        .put("share_percent", 83.3)
        .put("gflops", 45.12)
        .put("of_peak_percent", 50.0);
    layers.withArray("layers").addObject().put("name", "pool").put("ms", 0.25).putNull("gflops");
    assertThat(page(measured).getDocumentElement().getTextContent())
        .contains("Layers of a.xml", "jit_avx2_f32", "1.250", "83.3%", "45.1", "50.0%", "90.3");
    assertThat(page(measured("a.xml")).getDocumentElement().getTextContent())
        .doesNotContain("Layers of");
  }

  @Test
  void aVoidControlIsSaid() throws Exception {
    ObjectNode measured = measured("a.xml", "b.xml");
    measured.putObject("control").put("void", true).put("ratio", 1.1);
    assertThat(page(measured).getDocumentElement().getTextContent())
        .contains("The ratios are void");
  }

  @Test
  void nothingIsLoadedFromElsewhere() throws Exception {
    page(measured("a.xml"));
    assertThat(Files.readString(temp.resolve("report.html")))
        .contains("default-src 'none'")
        .doesNotContainPattern("(?i)(src|href|action|data|poster)\\s*=\\s*[\"']?(https?:)?//")
        .doesNotContainPattern("(?i)url\\(\\s*[\"']?(https?:)?//")
        .doesNotContainPattern("(?i)@import|sourceMappingURL");
  }

  @Test
  void theFileAppearsWholeOrNotAtAll() throws IOException {
    Path folder = temp.resolve("none");
    String json = measured("a.xml").toString();
    assertThatThrownBy(() -> BenchReport.write(json, folder.resolve("report.html")))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("its folder does not exist");
    assertThatThrownBy(() -> BenchReport.write(json, temp)).isInstanceOf(OutputException.class);
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }
}
