package dev.ovkit.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two operations for each multiply-add, counted from the shapes in an IR. */
class LayerWorkTest {

  @TempDir private Path temp;

  @Test
  void convolutionsAndMatrixProductsAreCounted() throws IOException {
    Map<String, Long> work =
        work(
            layer("conv", "Convolution", "", "1 3 8 8", "16 3 3 3", "1 16 4 4"),
            layer("depthwise", "GroupConvolution", "", "1 16 4 4", "16 1 1 3 3", "1 16 4 4"),
            layer("up", "ConvolutionBackpropData", "", "1 16 4 4", "16 8 2 2", "1 8 8 8"),
            layer("product", "MatMul", "", "2 5 7", "7 9", "2 5 9"),
            layer("turned", "MatMul", "transpose_a=\"true\"", "2 7 5", "7 9", "2 5 9"),
            layer("relu", "ReLU", "", "1 16 4 4", "1", "1 16 4 4"),
            layer("open", "Convolution", "", "1 3 -1 -1", "16 3 3 3", "1 16 -1 -1"));
    assertThat(work)
        .containsOnly(
            Map.entry("conv", 2L * 16 * 16 * 27),
            Map.entry("depthwise", 2L * 16 * 16 * 9),
            Map.entry("up", 2L * 16 * 16 * 8 * 4),
            Map.entry("product", 2L * 90 * 7),
            Map.entry("turned", 2L * 90 * 7));
  }

  @Test
  void brokenXmlIsRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("m.xml"), "<net><layers>");
    assertThatThrownBy(() -> LayerWork.of(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("not well-formed XML");
  }

  private Map<String, Long> work(String... layers) throws IOException {
    String xml =
        "<?xml version=\"1.0\"?><net name=\"n\" version=\"11\"><layers>"
            + String.join("", layers)
            + "</layers><edges/></net>";
    return LayerWork.of(Files.writeString(temp.resolve("m.xml"), xml));
  }

  private static String layer(
      String name, String type, String data, String first, String second, String output) {
    return "<layer id=\"0\" name=\"%s\" type=\"%s\"><data %s/><input>%s%s</input><output>%s</output></layer>"
        .formatted(name, type, data, port(first), port(second), port(output));
  }

  private static String port(String shape) {
    return Arrays.stream(shape.split(" ", -1))
        .map(side -> "<dim>" + side + "</dim>")
        .collect(Collectors.joining("", "<port id=\"0\">", "</port>"));
  }
}
