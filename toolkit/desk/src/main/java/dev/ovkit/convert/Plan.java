package dev.ovkit.convert;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that a back end needs to know, with no question left open.
 *
 * @param model cut and rewritten
 * @param reverseChannels whether to reverse the channels of the input first
 * @param mean then what to subtract; none, one or three values
 * @param scale then what to divide by; none, one or three values
 * @param outputNames a further name for an output, by its place
 * @param detector what the IR says of itself
 * @param headWeights what the .bin ends with if the heads are lazy
 * @param rewrites how often each rewrite fired
 * @param effective the caller's options with no question left open: they alone give the same plan
 * @param options the effective options, as the IR keeps them
 * @param decisions how it came to this
 */
record Plan(
    OnnxModel model,
    boolean reverseChannels,
    List<Float> mean,
    List<Float> scale,
    Map<Integer, String> outputNames,
    Optional<DetectorSpec> detector,
    List<float[]> headWeights,
    Map<String, Integer> rewrites,
    ConvertOptions effective,
    Map<String, String> options,
    List<Decision> decisions) {

  /** The same plan for a model that was, or was not, simplified first. */
  Plan after(Simplifier.Source source) {
    List<Decision> all = new ArrayList<>(decisions);
    source.decision().ifPresent(decision -> all.add(0, decision));
    Map<String, String> kept = new TreeMap<>(options);
    source.tool().ifPresent(tool -> kept.put("simplified_by", tool));
    return new Plan(
        model,
        reverseChannels,
        mean,
        scale,
        outputNames,
        detector,
        headWeights,
        rewrites,
        effective,
        kept,
        all);
  }
}
