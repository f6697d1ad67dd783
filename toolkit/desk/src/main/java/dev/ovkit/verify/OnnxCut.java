package dev.ovkit.verify;

import dev.ovkit.ModelException;
import dev.ovkit.OvkitException;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.family.Families;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.runtime.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Where an ONNX is cut so that its outputs are those of an IR. */
final class OnnxCut {
  private final IrDescription ir;
  private final Path file;
  private final VerifyOptions options;
  private final Families families;
  private final OnnxModel onnx;

  /** For each output of the IR the tensor of the ONNX that it is, where its names say so. */
  private final List<Optional<String>> tensors;

  OnnxCut(IrDescription ir, Path file, VerifyOptions options, Families families) {
    this.ir = ir;
    this.file = file;
    this.options = options;
    this.families = families;
    this.onnx = OnnxModel.read(file);
    this.tensors = ir.outputs().stream().map(this::tensor).toList();
  }

  private Optional<String> tensor(TensorDescription output) {
    List<String> found = new ArrayList<>();
    for (String name : output.names()) {
      // What Model Optimizer and IRs of version 10 add to a layer's name.
      for (String spelled : List.of(name, name.replaceFirst("(/sink_port_|\\.|:)\\d+$", ""))) {
        try {
          String tensor = onnx.resolveOutputs(List.of(spelled)).get(0);
          // A tensor's own name says more than a node's.
          found.add(tensor.equals(name) ? 0 : found.size(), tensor);
        } catch (OvkitException e) {
          // not a name of this graph
        }
      }
    }
    return found.stream().findFirst();
  }

  private boolean isResolved() {
    return tensors.stream().allMatch(Optional::isPresent)
        && new HashSet<>(tensors).size() == tensors.size();
  }

  SourceDetector source() {
    if (!(options.outputs() instanceof Outputs.Auto)) {
      return source(options.outputs());
    }
    SourceDetector auto = source(options.outputs());
    if (!isResolved()) {
      return !shapes(auto.onnx().outputs()).equals(irShapes())
              && shapes(onnx.outputs()).equals(irShapes())
          ? source(new Outputs.AsTheyAre())
          : auto;
    }
    List<String> wanted = tensors.stream().flatMap(Optional::stream).toList();
    List<String> usual = names(auto.onnx().outputs());
    if (Set.copyOf(usual).equals(Set.copyOf(wanted))) {
      return auto;
    }
    List<String> own = names(onnx.outputs());
    boolean asTheyAre = Set.copyOf(own).equals(Set.copyOf(wanted));
    try {
      return source(asTheyAre ? new Outputs.AsTheyAre() : new Outputs.Named(wanted));
    } catch (ModelException e) {
      // These outputs are no whole detector; boxes can still be compared.
      return auto;
    }
  }

  private SourceDetector source(Outputs outputs) {
    return SourceDetector.of(
        options.oracle(file, outputs, size()).describedAs(description()), families);
  }

  /** What the IR was said to be when it was made; the graph is the same. */
  private ModelDescription description() {
    return ModelDescription.read(ir.section(IrDescription.OVKIT), ir.xml().toString());
  }

  /** The IR's size, where the ONNX has another or leaves it open. */
  private Optional<Shape> size() {
    if (ir.inputs().size() != 1 || onnx.inputs().size() != 1) {
      return Optional.empty();
    }
    Shape wanted = new Shape(ir.inputs().get(0).shape());
    return wanted.isStatic() && !wanted.equals(onnx.inputs().get(0).shape())
        ? Optional.of(wanted)
        : Optional.empty();
  }

  private static List<String> names(List<TensorInfo> tensors) {
    return tensors.stream().map(TensorInfo::name).toList();
  }

  private static List<String> shapes(List<TensorInfo> tensors) {
    return tensors.stream().map(tensor -> String.valueOf(tensor.shape())).sorted().toList();
  }

  private List<String> irShapes() {
    return ir.outputs().stream()
        .map(output -> new Shape(output.shape()).toString())
        .sorted()
        .toList();
  }

  /** The names of the IR's outputs, in the words of the ONNX where they could be found there. */
  Map<String, Set<String>> names() {
    Map<String, Set<String>> names = new HashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      List<String> own = ir.outputs().get(i).names();
      Set<String> known = tensors.get(i).map(Set::of).orElseGet(() -> Set.copyOf(own));
      own.forEach(name -> names.put(name, known));
    }
    return names;
  }

  /** The ONNX's layout with the IR's names for its outputs; empty if the IR lacks one. */
  Optional<HeadLayout> layout(HeadLayout layout) {
    Map<String, String> own = new HashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      TensorDescription output = ir.outputs().get(i);
      tensors.get(i).ifPresent(tensor -> own.put(tensor, output.name()));
    }
    UnaryOperator<String> renamed = name -> own.getOrDefault(name, "");
    HeadLayout mapped = layout.renamed(renamed);
    return mapped.outputs().contains("") ? Optional.empty() : Optional.of(mapped);
  }
}
