package dev.ovkit.bisect;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Port;
import dev.ovkit.runtime.Shape;
import dev.ovkit.runtime.Tensor;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An IR in OpenVINO's CPU plugin, in f32. Of an 8-bit IR it computes what the graph says, rounding
 * included, but not by 8-bit kernels: the tensors between its layers would be gone.
 */
final class IrSide implements GraphSide {

  private static final CompileOptions OPTIONS =
      CompileOptions.defaults().withProperty("LP_TRANSFORMS_MODE", "NO");

  private static final long UNKNOWN_BYTES = 4L << 20;

  private final Path file;
  private final IrGraph graph;
  private final WeightPrecision precision;
  private final TensorValues picture;
  private final Core core;
  private final Path folder;

  IrSide(Path file, TensorValues picture) {
    IrDescription ir = IrDescription.read(file);
    this.file = file;
    this.picture = picture;
    this.precision = WeightPrecision.of(ir);
    requirePicture(ir);
    this.graph = IrGraph.read(file);
    this.core = Core.create();
    try {
      this.folder = Temporary.folder("ovkit-bisect");
      if (Files.exists(ir.weights())) {
        // Every part of the graph refers to the same file.
        Files.createSymbolicLink(folder.resolve("part.bin"), ir.weights().toAbsolutePath());
      }
    } catch (IOException e) {
      core.close();
      throw OutputException.of(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  private void requirePicture(IrDescription ir) {
    TensorDescription input = ir.inputs().get(0);
    if (ir.inputs().size() != 1
        || !input.elementType().equals("f32")
        || input.shape().size() != picture.shape().rank()) {
      throw new ModelException(
          "%s: its input is %s %s; --bisect needs one input of f32 [1,3,H,W], as 'ovkit convert' makes it"
              .formatted(file, input.elementType(), input.shapeText()));
    }
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public String engine() {
    return "OpenVINO " + Core.version();
  }

  @Override
  public WeightPrecision precision() {
    return precision;
  }

  @Override
  public List<String> tensors() {
    return graph.tensors();
  }

  @Override
  public Set<String> outputs() {
    return graph.outputs();
  }

  @Override
  public long bytes(String tensor) {
    Shape shape = new Shape(graph.shape(tensor));
    return shape.isStatic() ? shape.elements() * Float.BYTES : UNKNOWN_BYTES;
  }

  @Override
  public Set<String> sources(String tensor, Set<String> cuts) {
    return graph.sources(tensor, cuts);
  }

  @Override
  public boolean seesPicture(String tensor, Set<String> cuts) {
    return graph.region(tensor, cuts).stream().anyMatch(layer -> layer.type.equals("Parameter"));
  }

  @Override
  public boolean picksByOrder(String tensor, Set<String> cuts) {
    List<IrLayer> region = graph.region(tensor, cuts);
    IrLayer last = graph.producer(tensor);
    return region.stream()
        .anyMatch(layer -> layer != last && layer.type.matches("TopK|.*(Nms|NonMaxSuppression).*"));
  }

  @Override
  public Map<String, TensorValues> compute(
      Map<String, TensorValues> given, Collection<String> wanted) {
    IrGraph.Part part = graph.part(TensorValues.shapes(given), wanted, picture.shape());
    try (Model model = core.readModel(written(part));
        CompiledModel compiled = core.compile(model, OPTIONS);
        InferRequest request = compiled.createRequest()) {
      for (Port input : compiled.inputs()) {
        FloatBuffer target = request.input(input.index()).floats().duplicate();
        target.put(fed(part, input.name(), given).numbers());
      }
      request.infer();
      Map<String, TensorValues> results = new HashMap<>();
      part.outputs().forEach((tensor, name) -> results.put(tensor, values(request.output(name))));
      return results;
    }
  }

  private Path written(IrGraph.Part part) {
    Path xml = folder.resolve("part.xml");
    try {
      return Files.write(xml, part.xml());
    } catch (IOException e) {
      throw OutputException.of(xml, e);
    }
  }

  /** Whatever is not given is the picture. */
  private TensorValues fed(IrGraph.Part part, String input, Map<String, TensorValues> given) {
    String tensor = part.inputs().get(input);
    return tensor == null ? picture : Objects.requireNonNull(given.get(tensor));
  }

  private static TensorValues values(Tensor tensor) {
    FloatBuffer values = tensor.floats();
    float[] numbers = new float[values.capacity()];
    values.get(0, numbers);
    return new TensorValues(tensor.shape(), numbers);
  }

  @Override
  public NodeDescription describe(String tensor, Set<String> cuts) {
    return graph.describe(tensor, cuts);
  }

  @Override
  public Map<String, TensorValues> save(
      Map<String, TensorValues> given, String wanted, Path target, String name) {
    IrGraph.Part part = graph.part(TensorValues.shapes(given), List.of(wanted), picture.shape());
    try (ModelEditor editor = ModelEditor.ofFile(written(part))) {
      editor.save(target.resolve(name + ".xml")); // with those weights only that it needs
    }
    Map<String, TensorValues> inputs = new LinkedHashMap<>();
    part.inputs().keySet().forEach(input -> inputs.put(input, fed(part, input, given)));
    part.picture().ifPresent(input -> inputs.put(input, picture));
    return inputs;
  }

  @Override
  public void close() {
    core.close();
    Temporary.delete(folder);
  }
}
