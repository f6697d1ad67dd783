package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many inputs an operator of ONNX needs. Native code that finds fewer may end the process, so
 * this is checked before anything native sees a graph.
 */
final class OperatorInputs {

  /**
   * Operators by the number of their first inputs that cannot be left out, as the standard has it
   * up to opset 28. All others need one.
   */
  private static final Map<Integer, String> NEEDED =
      Map.of(
          0,
          "Constant Optional RandomNormal RandomUniform SequenceEmpty",
          2,
          "Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CausalConvWithState"
              + " CenterCropPad Compress Conv ConvInteger ConvTranspose CumProd CumSum"
              + " DequantizeLinear Div Equal Expand Gather GatherElements GatherND Greater"
              + " GreaterOrEqual GridSample LayerNormalization Less LessOrEqual MatMul"
              + " MatMulInteger MaxRoiPool MaxUnpool Mod Mul NegativeLogLikelihoodLoss"
              + " NonMaxSuppression Or PRelu Pow QuantizeLinear RMSNormalization ReverseSequence"
              + " STFT SequenceAt SequenceInsert SoftmaxCrossEntropyLoss StringConcat Sub SwiGLU"
              + " TensorScatter Tile Xor",
          3,
          "Attention Col2Im DeformConv GRU GroupNormalization InstanceNormalization LSTM"
              + " LinearAttention OneHot RNN Range RoiAlign RotaryEmbedding Scatter ScatterElements"
              + " ScatterND Where",
          5,
          "BatchNormalization MelWeightMatrix",
          8,
          "QLinearConv QLinearMatMul");

  private static final Map<String, Integer> BY_OPERATOR = byOperator();

  private OperatorInputs() {}

  private static Map<String, Integer> byOperator() {
    Map<String, Integer> needed = new TreeMap<>();
    NEEDED.forEach(
        (count, operators) -> {
          for (String operator : operators.split(" ", -1)) {
            needed.put(operator, count);
          }
        });
    return needed;
  }

  /** What a node of ONNX's own operators lacks, in words that follow its name; null if nothing. */
  static @Nullable String flaw(NodeProto node, int opset) {
    if (!node.getDomain().isEmpty() && !node.getDomain().equals("ai.onnx")) {
      return null;
    }
    int needed = needed(node.getOpType(), opset);
    for (int i = 0; i < needed; i++) {
      if (i >= node.getInputCount() || node.getInput(i).isEmpty()) {
        return "lacks input %d of the %d that %s needs".formatted(i, needed, node.getOpType());
      }
    }
    return node.getOutputCount() == 0 ? "gives nothing" : null;
  }

  private static int needed(String operator, int opset) {
    return switch (operator) {
      case "Gemm" -> opset < 11 ? 3 : 2;
      case "Loop", "OptionalHasElement" -> 0;
      case "Pad" -> opset < 11 ? 1 : 2;
      case "Reshape" -> opset < 5 ? 1 : 2;
      case "Resize" -> opset == 10 ? 2 : 1; // exporters leave out more than opset 11 allows
      case "Slice" -> opset < 10 ? 1 : 3;
      case "TopK" -> opset < 10 ? 1 : 2;
      case "Unsqueeze" -> opset < 13 ? 1 : 2;
      case "Upsample" -> opset < 9 ? 1 : 2;
      default -> BY_OPERATOR.getOrDefault(operator, 1);
    };
  }
}
