package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.process.GuardedProcess;
import dev.ovkit.internal.process.TriedModels;
import dev.ovkit.nativelib.NativeRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A graph that OpenVINO may not survive. It is tried in a process of its own first, where a crash,
 * a hang or a hunger for memory becomes a message. What passed once is remembered in the user's
 * cache. Detectors of known families with ordinary operators are not foreign: they cost nothing.
 */
final class ForeignModel {

  /** What the detectors of the zoo and of the usual exporters consist of. */
  private static final Set<String> ORDINARY =
      Set.of(
          ("Abs Add And ArgMax AveragePool BatchNormalization Cast Ceil Clip Concat Constant"
                  + " ConstantOfShape Conv ConvTranspose Cos DequantizeLinear Div Dropout Elu Equal"
                  + " Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gemm"
                  + " GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample HardSigmoid"
                  + " HardSwish Identity InstanceNormalization LRN LayerNormalization LeakyRelu Less"
                  + " LessOrEqual Log MatMul Max MaxPool Min Mish Mod Mul Neg NonMaxSuppression"
                  + " NonZero Not Or PRelu Pad Pow QuantizeLinear Range ReduceMax ReduceMean"
                  + " ReduceMin ReduceProd ReduceSum Relu Reshape Resize Round ScatterND Shape"
                  + " Sigmoid Sin Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Tile TopK"
                  + " Transpose Unsqueeze Upsample Where Xor")
              .split(" ", -1));

  private final Plan plan;
  private final byte[] onnx;

  private ForeignModel(Plan plan, byte[] onnx) {
    this.plan = plan;
    this.onnx = onnx;
  }

  /**
   * Tries a graph, if it is foreign and was not tried before.
   *
   * @param onnx the plan's model
   * @param folder an empty one
   * @throws ModelException if OpenVINO crashes on it, hangs, or takes too much memory
   */
  static void require(Plan plan, byte[] onnx, Path folder) throws IOException {
    new ForeignModel(plan, onnx).require(folder);
  }

  private void require(Path folder) throws IOException {
    if (isKnown()) {
      return;
    }
    String sha256 = Sha256.of(onnx);
    if (TriedModels.contains(sha256)) {
      return;
    }
    Path file = Files.write(folder.resolve("foreign.onnx"), onnx);
    GuardedProcess.Outcome outcome =
        GuardedProcess.run(TrialProcess.class.getName(), file, onnx.length, folder);
    if (!outcome.loss().isEmpty()) {
      throw new ModelException(
          "'%s' cannot be converted: OpenVINO %s %s; export it again with usual operators, or simplify it first"
              .formatted(plan.model().file(), NativeRuntime.OPENVINO_VERSION, outcome.loss()));
    }
    if (outcome.passed()) {
      TriedModels.add(sha256);
    }
  }

  private boolean isKnown() {
    return plan.detector().isPresent()
        && plan.model().graph().nodes().stream().allMatch(node -> ORDINARY.contains(node.op()));
  }
}
