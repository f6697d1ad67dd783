package dev.ovkit.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A small IR written by hand: one 3x3 convolution, 3 to 8 channels, on 64x64. */
public final class ToyIr {

  static final int SIDE = 64;
  static final int CHANNELS = 8;

  public static Path write(Path directory) throws IOException {
    return write(directory, SIDE);
  }

  public static Path write(Path directory, int side) throws IOException {
    ByteBuffer weights =
        ByteBuffer.allocate(CHANNELS * 3 * 9 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(7);
    while (weights.hasRemaining()) {
      weights.putFloat((float) random.nextGaussian());
    }
    Files.write(directory.resolve("toy.bin"), weights.array());
    String text =
        """
        <?xml version="1.0"?>
        <net name="toy" version="11">
          <layers>
            <layer id="0" name="image" type="Parameter" version="opset1">
              <data shape="1,3,SIDE,SIDE" element_type="f32"/>
              <output><port id="0" precision="FP32" names="image,picture"><dim>1</dim><dim>3</dim><dim>SIDE</dim><dim>SIDE</dim></port></output>
            </layer>
            <layer id="1" name="weights" type="Const" version="opset1">
              <data element_type="f32" shape="8,3,3,3" offset="0" size="864"/>
              <output><port id="0" precision="FP32"><dim>8</dim><dim>3</dim><dim>3</dim><dim>3</dim></port></output>
            </layer>
            <layer id="2" name="conv" type="Convolution" version="opset1">
              <data strides="1,1" dilations="1,1" pads_begin="1,1" pads_end="1,1" auto_pad="explicit"/>
              <input>
                <port id="0" precision="FP32"><dim>1</dim><dim>3</dim><dim>SIDE</dim><dim>SIDE</dim></port>
                <port id="1" precision="FP32"><dim>8</dim><dim>3</dim><dim>3</dim><dim>3</dim></port>
              </input>
              <output><port id="2" precision="FP32" names="features,Conv_0"><dim>1</dim><dim>8</dim><dim>SIDE</dim><dim>SIDE</dim></port></output>
            </layer>
            <layer id="3" name="result" type="Result" version="opset1">
              <input><port id="0" precision="FP32"><dim>1</dim><dim>8</dim><dim>SIDE</dim><dim>SIDE</dim></port></input>
            </layer>
          </layers>
          <edges>
            <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
            <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
            <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
          </edges>
        </net>
        """
            .replace("SIDE", Integer.toString(side));
    return Files.writeString(directory.resolve("toy.xml"), text);
  }

  private ToyIr() {}
}
