package dev.ovkit.convert;

import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.onnx.OlderSoftmax;
import dev.ovkit.python.PythonTool;
import dev.ovkit.python.PythonTools;
import dev.ovkit.runtime.Shape;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Makes OpenVINO's graph of a plan: preprocessing baked in, weights stored as asked. */
sealed interface GraphMaker {

  static GraphMaker of(Route route) {
    return switch (route.backEnd()) {
      case NATIVE -> new Native();
      case MO -> new Mo(PythonTools.create(route.listener()));
      case OVC -> new Ovc(PythonTools.create(route.listener()));
    };
  }

  /**
   * Makes the graph.
   *
   * @param folder an empty one, for files that must stay until the graph is closed
   * @throws dev.ovkit.ModelException if the converter refuses the model
   */
  ModelEditor make(Plan plan, WeightPrecision type, Path folder) throws IOException;

  /** OpenVINO's frontend, in this process. */
  record Native() implements GraphMaker {
    @Override
    public ModelEditor make(Plan plan, WeightPrecision type, Path folder) throws IOException {
      byte[] onnx = onnx(plan);
      ForeignModel.require(plan, onnx, folder);
      return finished(ModelEditor.ofOnnx(onnx), plan, type);
    }
  }

  /** OpenVINO's converter, which neither cuts nor scales: the rest is done here. */
  record Ovc(PythonTools tools) implements GraphMaker {
    @Override
    public ModelEditor make(Plan plan, WeightPrecision type, Path folder) throws IOException {
      Files.write(folder.resolve("model.onnx"), onnx(plan));
      tools.run(PythonTool.OVC, folder, List.of("--input", "model.onnx", "--output", "model.xml"));
      return finished(ModelEditor.ofFile(folder.resolve("model.xml")), plan, type);
    }
  }

  /**
   * Model Optimizer, which scales and reverses by itself. Weights are stored as with the others:
   * its own FP16 rounds biases and the constants of activations too.
   */
  record Mo(PythonTools tools) implements GraphMaker {
    @Override
    public ModelEditor make(Plan plan, WeightPrecision type, Path folder) throws IOException {
      Files.write(folder.resolve("model.onnx"), onnx(plan));
      tools.run(PythonTool.MO, folder, words(plan));
      return stored(ModelEditor.ofFile(folder.resolve("model.xml")), plan.detector(), type);
    }

    private static List<String> words(Plan plan) {
      List<String> words =
          new ArrayList<>(List.of("--", "--input_model", "model.onnx", "--compress_to_fp16=False"));
      if (preprocesses(plan)) {
        words.addAll(List.of("--layout", "nchw"));
      }
      if (plan.reverseChannels()) {
        words.add("--reverse_input_channels");
      }
      if (!plan.mean().isEmpty()) {
        words.add("--mean_values=" + perChannel(plan.mean(), plan));
      }
      if (!plan.scale().isEmpty()) {
        words.add("--scale_values=" + perChannel(plan.scale(), plan));
      }
      return words;
    }

    /** mo expects one number per channel. */
    private static String perChannel(List<Float> values, Plan plan) {
      Shape input = plan.model().inputs().get(0).shape();
      long channels = input != null && input.rank() == 4 ? input.dimension(1) : values.size();
      return LongStream.range(0, Math.max(channels, values.size()))
          .mapToObj(i -> values.get(values.size() == 1 ? 0 : (int) i).toString())
          .collect(Collectors.joining(",", "[", "]"));
    }
  }

  /** The graph as every converter reads it. */
  private static byte[] onnx(Plan plan) {
    return OlderSoftmax.flattened(plan.model()).toBytes();
  }

  private static boolean preprocesses(Plan plan) {
    return plan.reverseChannels() || !plan.mean().isEmpty() || !plan.scale().isEmpty();
  }

  private static ModelEditor finished(ModelEditor editor, Plan plan, WeightPrecision type) {
    if (preprocesses(plan)) {
      orClose(editor, () -> editor.preprocess(plan.reverseChannels(), plan.mean(), plan.scale()));
    }
    return stored(editor, plan.detector(), type);
  }

  /** The graph with its weights stored as asked. */
  static ModelEditor stored(
      ModelEditor editor, Optional<DetectorSpec> detector, WeightPrecision type) {
    if (type == WeightPrecision.FP16) {
      orClose(editor, () -> editor.compress(ExactShare.of(detector)));
    }
    return editor;
  }

  private static void orClose(ModelEditor editor, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      editor.close();
      throw e;
    }
  }
}
