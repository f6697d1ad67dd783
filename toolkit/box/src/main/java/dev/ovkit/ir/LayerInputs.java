package dev.ovkit.ir;

import java.util.HashMap;
import java.util.Map;

/**
 * How many inputs a layer of an IR needs. OpenVINO may end the process when it reads a layer with
 * fewer, so this is checked first.
 */
final class LayerInputs {

  /** Layer types by the number of inputs that they need at least. All others need one. */
  private static final Map<Integer, String> NEEDED =
      Map.of(
          0,
          "Parameter Const ReadValue",
          2,
          "Add Subtract Multiply Divide Power Maximum Minimum Mod FloorMod SquaredDifference Equal"
              + " NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor"
              + " MatMul PRelu Convolution GroupConvolution ConvolutionBackpropData"
              + " GroupConvolutionBackpropData Reshape Transpose Unsqueeze Broadcast Tile TopK Split"
              + " GatherND GatherElements ReduceMax ReduceMin ReduceMean ReduceSum ReduceProd"
              + " ReduceL1 ReduceL2 NonMaxSuppression Interpolate AdaptiveAvgPool AdaptiveMaxPool"
              + " CumSum Roll PriorBox PriorBoxClustered GridSample",
          3,
          "Select Gather VariadicSplit StridedSlice Pad Range ScatterNDUpdate",
          4,
          "OneHot Slice ScatterUpdate ScatterElementsUpdate",
          5,
          "FakeQuantize BatchNormInference");

  private static final Map<String, Integer> BY_TYPE = byType();

  private static Map<String, Integer> byType() {
    Map<String, Integer> needed = new HashMap<>();
    NEEDED.forEach(
        (count, types) -> {
          for (String type : types.split(" ", -1)) {
            needed.put(type, count);
          }
        });
    return needed;
  }

  static int needed(String type) {
    return BY_TYPE.getOrDefault(type, 1);
  }

  private LayerInputs() {}
}
