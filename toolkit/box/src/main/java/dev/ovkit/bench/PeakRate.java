package dev.ovkit.bench;

import dev.ovkit.CompileOptions;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * What a machine can compute at most, measured: the product of two f32 matrices of 1024 x 1024 in
 * OpenVINO, which reads each number from memory once and uses it a thousand times.
 */
final class PeakRate {

  private static final int SIDE = 1024;
  private static final int PASSES = 12;

  private static final String MODEL =
      """
      <?xml version="1.0"?>
      <net name="product" version="11">
        <layers>
          <layer id="0" name="a" type="Parameter" version="opset1">
            <data shape="1024,1024" element_type="f32"/>
            <output><port id="0" precision="FP32" names="a"><dim>1024</dim><dim>1024</dim></port></output>
          </layer>
          <layer id="1" name="b" type="Const" version="opset1">
            <data element_type="f32" shape="1024, 1024" offset="0" size="4194304"/>
            <output><port id="0" precision="FP32"><dim>1024</dim><dim>1024</dim></port></output>
          </layer>
          <layer id="2" name="c" type="MatMul" version="opset1">
            <data transpose_a="false" transpose_b="false"/>
            <input>
              <port id="0" precision="FP32"><dim>1024</dim><dim>1024</dim></port>
              <port id="1" precision="FP32"><dim>1024</dim><dim>1024</dim></port>
            </input>
            <output><port id="2" precision="FP32" names="c"><dim>1024</dim><dim>1024</dim></port></output>
          </layer>
          <layer id="3" name="c/result" type="Result" version="opset1">
            <input><port id="0" precision="FP32"><dim>1024</dim><dim>1024</dim></port></input>
          </layer>
        </layers>
        <edges>
          <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
          <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
          <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
        </edges>
      </net>
      """;

  private PeakRate() {}

  /** Returns the GFLOP/s of the quickest of some passes. */
  static double gflops(Core core, CompileOptions options) {
    ByteBuffer weights =
        ByteBuffer.allocate(SIDE * SIDE * Float.BYTES).order(ByteOrder.nativeOrder());
    fill(weights.asFloatBuffer());
    try (Model model = core.readIr(MODEL.getBytes(StandardCharsets.UTF_8), weights);
        CompiledModel compiled = core.compile(model, options);
        InferRequest request = compiled.createRequest()) {
      fill(request.input(0).floats());
      long best = Long.MAX_VALUE;
      for (int i = 0; i < PASSES; i++) {
        long start = System.nanoTime();
        request.infer();
        best = Math.min(best, System.nanoTime() - start);
      }
      return 2.0 * SIDE * SIDE * SIDE / Math.max(1, best);
    }
  }

  private static void fill(FloatBuffer numbers) {
    Random random = new Random(1);
    for (int i = 0; i < numbers.capacity(); i++) {
      numbers.put(i, random.nextFloat());
    }
  }
}
