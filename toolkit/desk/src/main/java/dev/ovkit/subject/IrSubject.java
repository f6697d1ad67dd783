package dev.ovkit.subject;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Port;
import dev.ovkit.runtime.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An IR in OpenVINO's CPU plugin, in f32, with its outputs in sight. */
public final class IrSubject implements Subject {

  private final Path ir;
  private final DetectorSpec spec;
  private final List<Assumption> assumptions;
  private final CompiledModel compiled;
  private final InferRequest request;
  private final DetectOptions options;
  private final HeadLayout.DecoderFactory decoders;
  private final boolean open;
  private BoxReader boxes;
  private final String version;

  private IrSubject(
      Path ir,
      DerivedSpec derived,
      CompiledModel compiled,
      DetectOptions options,
      HeadLayout.DecoderFactory decoders,
      String version) {
    this.ir = ir;
    this.spec = derived.spec();
    this.assumptions = derived.assumptions();
    this.compiled = compiled;
    this.request = compiled.createRequest();
    this.options = options;
    this.decoders = decoders;
    this.version = version;
    this.open = compiled.outputs().stream().anyMatch(port -> !port.shape().isStatic());
    if (open) {
      request.infer(); // an output that does not fit is refused now
    }
    this.boxes = reader();
  }

  private BoxReader reader() {
    return new BoxReader(
        spec, options, name -> request.output(name).shape().dimensions(), decoders);
  }

  /**
   * Opens an IR as it describes itself.
   *
   * @throws ModelException when it is missing, damaged, or no detector
   */
  public static IrSubject open(Path ir, DetectOptions options) {
    return open(ir, DerivedSpec.of(IrDescription.read(ir), Layouts.ALL), options);
  }

  /** Opens an IR as the caller describes it, whatever it says of itself. */
  public static IrSubject open(Path ir, DetectorSpec spec, DetectOptions options) {
    return open(ir, new DerivedSpec(spec, List.of()), options);
  }

  private static IrSubject open(Path ir, DerivedSpec derived, DetectOptions options) {
    DetectorSpec spec = derived.spec();
    HeadLayout.DecoderFactory decoders = spec.layout().decoders(IrDescription.read(ir));
    try (Core core = Core.create();
        Model model = core.readModel(ir)) {
      InputPreparation.apply(model, spec);
      CompiledModel compiled = core.compile(model, CompileOptions.defaults());
      try {
        return new IrSubject(ir, derived, compiled, options, decoders, Core.version());
      } catch (RuntimeException e) {
        compiled.close();
        throw e;
      }
    }
  }

  @Override
  public Path file() {
    return ir;
  }

  @Override
  public String engine() {
    return "OpenVINO " + version;
  }

  @Override
  public DetectorSpec spec() {
    return spec;
  }

  /** Returns what had to be assumed because the IR does not say it. */
  public List<Assumption> assumptions() {
    return assumptions;
  }

  @Override
  public Answer answer(Picture picture) {
    Letterbox letterbox = InputPreparation.fill(request.input(0).bytes(), picture, spec);
    request.infer();
    if (open) {
      boxes = reader(); // by the sizes that the outputs have on this picture
    }
    List<FloatBuffer> heads = new ArrayList<>();
    for (String name : boxes.outputs()) {
      heads.add(request.output(name).floats());
    }
    List<Output> outputs = new ArrayList<>();
    for (Port port : compiled.outputs()) {
      outputs.add(output(port));
    }
    return new Answer(outputs, boxes.read(heads, letterbox));
  }

  @Override
  public List<Detection> candidates() {
    return boxes.candidates();
  }

  private Output output(Port port) {
    Tensor tensor = request.output(port.index());
    FloatBuffer values = tensor.floats();
    float[] copy = new float[values.capacity()];
    values.get(0, copy);
    return new Output(port.name(), tensor.shape().dimensions(), copy);
  }

  @Override
  public void close() {
    request.close();
    compiled.close();
  }
}
