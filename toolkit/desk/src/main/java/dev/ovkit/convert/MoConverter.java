package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.OvkitException;
import dev.ovkit.family.Families;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.onnx.OlderSoftmax;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.python.PythonListener;
import dev.ovkit.python.PythonTool;
import dev.ovkit.python.PythonTools;
import dev.ovkit.runtime.Shape;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Does what a command line of Model Optimizer says, with Model Optimizer.
 *
 * <p>The user's file goes to mo untouched; mo cuts, scales and reverses. Weights are then stored as
 * in every IR of ovkit: mo's own FP16 rounds biases and the constants of activations too. If what
 * comes out is a detector that ovkit recognises, the IR says so, and {@code infer} needs no flag;
 * else it says what mo wrote into it.
 */
public final class MoConverter {

  /**
   * Converts.
   *
   * @throws ModelException if the model cannot be read, or mo refuses it
   * @throws OptionException if mo does not take these words
   * @throws OutputException if the directory cannot be written
   * @throws dev.ovkit.python.PythonException if there is no Python for mo
   */
  public static Conversion convert(MoCommandLine line, PythonListener listener) {
    OnnxModel model = OnnxModel.read(line.model());
    Recognised recognised = recognise(line, model);
    try (StagedFiles staging = StagedFiles.in(line.directory())) {
      Path work = Files.createDirectory(staging.resolve(".work"));
      Path made = run(line, recognised, work, listener);
      Path xml = staging.resolve(made.getFileName().toString());
      Optional<Plan> plan = recognised.plan().flatMap(p -> fitted(p, IrDescription.read(made)));
      Optional<DetectorSpec> detector = plan.flatMap(Plan::detector);
      List<Decision> decisions = new ArrayList<>(line.notes());
      try (ModelEditor editor =
          GraphMaker.stored(ModelEditor.ofFile(made), detector, line.dataType())) {
        if (plan.isPresent()) {
          decisions.addAll(plan.get().decisions());
          Converter.write(plan.get(), xml, editor);
        } else {
          decisions.add(recognised.without());
          editor.save(xml);
        }
      }
      ConversionManifest manifest =
          new ConversionManifest(
              Converter.fileName(line.model()),
              model.sha256(),
              new ConversionManifest.MoWords(line.words()),
              Map.of(),
              detector.map(DetectorMetadata::write).orElse(Map.of()),
              decisions,
              List.of(Converter.made(xml), Converter.made(SealedIr.bin(xml))));
      return Converter.publish(xml, line.directory(), detector, manifest);
    } catch (IOException e) {
      throw OutputException.of(line.directory().toAbsolutePath().normalize(), e);
    }
  }

  private static Path run(
      MoCommandLine line, Recognised recognised, Path work, PythonListener listener) {
    List<String> words = new ArrayList<>(List.of("--"));
    words.addAll(line.forMo());
    try {
      Map<String, Object> answer = PythonTools.create(listener).run(PythonTool.MO, work, words);
      return work.resolve(Objects.requireNonNull(answer.get("xml")).toString());
    } catch (ModelException e) {
      // Of a name that it does not find mo says no more than that.
      throw recognised.trouble().orElse(e);
    }
  }

  /**
   * What ovkit knows of the model.
   *
   * @param plan as if ovkit converted it; empty if nothing is known
   * @param trouble why not, if the model does not fit the command line
   */
  private record Recognised(Optional<Plan> plan, Optional<ModelException> trouble) {

    /** The decision where no plan fits what mo made. */
    Decision without() {
      Decision.Kind metadata = Decision.Kind.METADATA;
      return trouble
          .map(e -> Decision.of(metadata, "none", Reason.MO_REFUSED, e.getMessage()))
          .orElseGet(
              () ->
                  Decision.of(
                      metadata,
                      "none",
                      plan.isPresent() ? Reason.MO_MADE_ANOTHER : Reason.MO_MADE_NO_DETECTOR));
    }
  }

  private static Recognised recognise(MoCommandLine line, OnnxModel model) {
    try {
      Plan plan = new Planner(line.equivalent(), Families.ALL).plan(model);
      if (OlderSoftmax.flattened(plan.model()) != plan.model()) {
        return new Recognised(
            Optional.empty(),
            Optional.of(
                new ModelException(
                    "before opset 13 a Softmax takes its axis and all behind it for one, which"
                        + " OpenVINO does not; 'ovkit convert' writes it so that both agree")));
      }
      return new Recognised(
          Optional.of(plan).filter(p -> p.detector().isPresent()).map(p -> asMoDoes(p, line)),
          Optional.empty());
    } catch (ModelException e) {
      return new Recognised(Optional.empty(), Optional.of(e));
    } catch (OvkitException e) {
      return new Recognised(Optional.empty(), Optional.empty());
    }
  }

  /** What mo was not asked to do is left to the program that loads the IR, and the IR says so. */
  private static Plan asMoDoes(Plan plan, MoCommandLine line) {
    if (!line.leavesNumbers() || plan.scale().isEmpty()) {
      return plan;
    }
    DetectorSpec detector =
        plan.detector().orElseThrow().withNormalization(new Normalization(List.of(), plan.scale()));
    Map<String, String> options = new TreeMap<>(plan.options());
    options.remove("scale");
    List<Decision> decisions =
        plan.decisions().stream()
            .map(
                d ->
                    d.kind() == Decision.Kind.SCALE
                        ? Decision.of(d.kind(), "none", Reason.NOT_ASKED_OF_MO)
                        : d)
            .toList();
    return new Plan(
        plan.model(),
        plan.reverseChannels(),
        List.of(),
        List.of(),
        plan.outputNames(),
        Optional.of(detector),
        plan.headWeights(),
        plan.rewrites(),
        plan.effective(),
        options,
        decisions);
  }

  /**
   * The plan with its output names in the IR's order, if the IR has the inputs and outputs that it
   * speaks of.
   */
  private static Optional<Plan> fitted(Plan plan, IrDescription ir) {
    List<TensorInfo> outputs = plan.model().outputs();
    if (!fits(plan.model().inputs(), ir.inputs()) || ir.outputs().size() != outputs.size()) {
      return Optional.empty();
    }
    Map<Integer, String> names = new LinkedHashMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      TensorInfo wanted = outputs.get(i);
      Optional<TensorDescription> found =
          ir.outputs().stream()
              .filter(o -> o.names().contains(wanted.name()) && same(wanted.shape(), o))
              .findFirst();
      if (found.isEmpty()) {
        return Optional.empty();
      }
      String further = plan.outputNames().get(i);
      if (further != null) {
        names.put(ir.outputs().indexOf(found.get()), further);
      }
    }
    return Optional.of(
        new Plan(
            plan.model(),
            plan.reverseChannels(),
            plan.mean(),
            plan.scale(),
            names,
            plan.detector(),
            plan.headWeights(),
            plan.rewrites(),
            plan.effective(),
            plan.options(),
            plan.decisions()));
  }

  private static boolean fits(List<TensorInfo> wanted, List<TensorDescription> found) {
    return wanted.size() == 1 && found.size() == 1 && same(wanted.get(0).shape(), found.get(0));
  }

  private static boolean same(@Nullable Shape shape, TensorDescription of) {
    return shape != null && shape.dimensions().equals(of.shape());
  }

  private MoConverter() {}
}
