package dev.ovkit.diagnose;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.diagnose.InputReading.Arrangement;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Normalization;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.ElementType;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.InputSteps;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Port;
import dev.ovkit.subject.Output;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The IR with nothing put before it: what goes in is made here, so that one compiled model serves
 * every input. In f32, for one thread.
 */
final class Network implements AutoCloseable {

  private final CompiledModel compiled;
  private final InferRequest request;
  private final int width;
  private final int height;
  private final boolean channelLast;
  private final ByteBuffer pixels;

  private Network(CompiledModel compiled, int width, int height, boolean channelLast) {
    this.compiled = compiled;
    this.request = compiled.createRequest();
    this.width = width;
    this.height = height;
    this.channelLast = channelLast;
    this.pixels = ByteBuffer.allocateDirect(3 * width * height);
  }

  static Network open(IrDescription ir) {
    List<Long> shape = ir.inputs().get(0).shape();
    boolean four = ir.inputs().size() == 1 && shape.size() == 4 && shape.get(0) == 1;
    boolean channelLast = four && shape.get(3) == 3 && shape.get(1) != 3;
    if (!four || !(channelLast || shape.get(1) == 3) || shape.stream().anyMatch(d -> d < 1)) {
      throw new ModelException(
          "%s: its input is %s, expected one picture of a fixed size, [1,3,height,width]; convert it with --input-shape"
              .formatted(ir.xml(), ir.inputs().get(0).shapeText()));
    }
    int height = Math.toIntExact(shape.get(channelLast ? 1 : 2));
    int width = Math.toIntExact(shape.get(channelLast ? 2 : 3));
    try (Core core = Core.create();
        Model model = core.readModel(ir.xml())) {
      model.prepare(new InputSteps(ElementType.F32, false, false, List.of(), List.of()));
      CompiledModel compiled = core.compile(model, CompileOptions.defaults());
      try {
        return new Network(compiled, width, height, channelLast);
      } catch (RuntimeException e) {
        compiled.close();
        throw e;
      }
    }
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  Arrangement arrangement() {
    return channelLast ? Arrangement.INTERLEAVED : Arrangement.PLANES;
  }

  Letterbox letterbox(PictureAnswers scene, InputReading how) {
    return Letterbox.of(
        scene.picture().width(), scene.picture().height(), width, height, how.resize().mode());
  }

  List<Output> run(PictureAnswers scene, InputReading how) {
    scene.picture().letterbox(letterbox(scene, how), how.resize(), pixels);
    fill(request.input(0).floats(), how);
    request.infer();
    List<Output> outputs = new ArrayList<>();
    for (Port port : compiled.outputs()) {
      FloatBuffer values = request.output(port.index()).floats();
      float[] copy = new float[values.capacity()];
      values.get(0, copy);
      outputs.add(new Output(port.name(), port.shape().dimensions(), copy));
    }
    return outputs;
  }

  private void fill(FloatBuffer input, InputReading how) {
    int cells = width * height;
    Normalization n = how.normalization();
    for (int channel = 0; channel < 3; channel++) {
      int from = how.colour() == Colour.RGB ? 2 - channel : channel;
      float mean = of(n.mean(), channel, 0);
      float scale = of(n.scale(), channel, 1);
      for (int i = 0; i < cells; i++) {
        float value = ((pixels.get(3 * i + from) & 0xff) - mean) / scale;
        int at =
            switch (how.arrangement()) {
              case PLANES -> channel * cells + i;
              case INTERLEAVED -> 3 * i + channel;
              case TURNED -> channel * cells + i % width * height + i / width;
            };
        input.put(at, value);
      }
    }
  }

  private static float of(List<Float> values, int channel, float otherwise) {
    return values.isEmpty() ? otherwise : values.get(values.size() == 1 ? 0 : channel);
  }

  @Override
  public void close() {
    request.close();
    compiled.close();
  }
}
