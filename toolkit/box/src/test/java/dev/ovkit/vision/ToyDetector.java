package dev.ovkit.vision;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.Head;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A detector that finds bright squares of 8x8 pixels on a black picture of 64x64: the mean of each
 * cell of 8x8, then a 1x1 convolution. Class 0 is blue, class 1 is red; each box is 16x16 around
 * the middle of its cell.
 */
final class ToyDetector {

  /** Columns x, y, w, h, objectness, blue, red; weights for the input's three channels. */
  private static final float[][] WEIGHTS = {
    {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0.1f, 0.1f, 0.1f}, {0.1f, 0, 0}, {0, 0, 0.1f}
  };

  private static final float[] BIAS = {0, 0, 0, 0, -15, -10, -10};

  static DetectorSpec spec() {
    return new DetectorSpec(
        64,
        64,
        Colour.BGR,
        Resize.LETTERBOX,
        new RawHeads(List.of(new Head("head", 8, List.of(new Anchor(16, 16)))), 2),
        List.of("blue", "red"),
        0.25f,
        0.45f);
  }

  /** Writes model.xml and model.bin. */
  static Path write(Path folder) throws IOException {
    ByteBuffer weights = ByteBuffer.allocate(4 * (21 + 7)).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : WEIGHTS) {
      for (float weight : row) {
        weights.putFloat(weight);
      }
    }
    for (float bias : BIAS) {
      weights.putFloat(bias);
    }
    Files.write(folder.resolve("model.bin"), weights.array());
    StringBuilder info = new StringBuilder();
    for (Map.Entry<String, String> entry : DetectorMetadata.write(spec()).entrySet()) {
      info.append("<%s value=\"%s\"/>".formatted(entry.getKey(), entry.getValue()));
    }
    String xml =
        """
        <?xml version="1.0"?>
        <net name="toy" version="11"><layers>
        <layer id="0" name="images" type="Parameter" version="opset1">
          <data shape="1,3,64,64" element_type="f32"/>
          <output>PORT(0 "images" 1,3,64,64)</output></layer>
        <layer id="1" name="cells" type="AvgPool" version="opset1">
          <data kernel="8, 8" strides="8, 8" pads_begin="0, 0" pads_end="0, 0" exclude-pad="true" auto_pad="explicit" rounding_type="floor"/>
          <input>PORT(0 "" 1,3,64,64)</input><output>PORT(1 "" 1,3,8,8)</output></layer>
        <layer id="2" name="weights" type="Const" version="opset1">
          <data element_type="f32" shape="7, 3, 1, 1" offset="0" size="84"/>
          <output>PORT(0 "" 7,3,1,1)</output></layer>
        <layer id="3" name="convolution" type="Convolution" version="opset1">
          <data strides="1, 1" dilations="1, 1" pads_begin="0, 0" pads_end="0, 0" auto_pad="explicit"/>
          <input>PORT(0 "" 1,3,8,8)PORT(1 "" 7,3,1,1)</input><output>PORT(2 "" 1,7,8,8)</output></layer>
        <layer id="4" name="bias" type="Const" version="opset1">
          <data element_type="f32" shape="1, 7, 1, 1" offset="84" size="28"/>
          <output>PORT(0 "" 1,7,1,1)</output></layer>
        <layer id="5" name="add" type="Add" version="opset1">
          <data auto_broadcast="numpy"/>
          <input>PORT(0 "" 1,7,8,8)PORT(1 "" 1,7,1,1)</input><output>PORT(2 "head" 1,7,8,8)</output></layer>
        <layer id="6" name="result" type="Result" version="opset1"><input>PORT(0 "" 1,7,8,8)</input></layer>
        </layers><edges>
        <edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
        <edge from-layer="1" from-port="1" to-layer="3" to-port="0"/>
        <edge from-layer="2" from-port="0" to-layer="3" to-port="1"/>
        <edge from-layer="3" from-port="2" to-layer="5" to-port="0"/>
        <edge from-layer="4" from-port="0" to-layer="5" to-port="1"/>
        <edge from-layer="5" from-port="2" to-layer="6" to-port="0"/>
        </edges><rt_info><ovkit>INFO</ovkit></rt_info></net>
        """;
    java.util.regex.Matcher port =
        java.util.regex.Pattern.compile("PORT\\((\\d) \"(\\w*)\" ([\\d,]+)\\)").matcher(xml);
    String withPorts =
        port.replaceAll(
            m ->
                "<port id=\"%s\" precision=\"FP32\"%s>%s</port>"
                    .formatted(
                        m.group(1),
                        m.group(2).isEmpty() ? "" : " names=\"" + m.group(2) + "\"",
                        "<dim>" + m.group(3).replace(",", "</dim><dim>") + "</dim>"));
    return Files.writeString(
        folder.resolve("model.xml"), withPorts.replace("INFO", info.toString()));
  }

  private ToyDetector() {}
}
