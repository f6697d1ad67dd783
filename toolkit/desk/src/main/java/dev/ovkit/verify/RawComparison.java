package dev.ovkit.verify;

import dev.ovkit.head.OutputParts;
import dev.ovkit.model.Colour;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Normalization;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.OnnxSubject;
import dev.ovkit.subject.Output;
import dev.ovkit.verify.OutputPairs.Places;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares raw outputs picture by picture, and looks once for what explains a difference. */
final class RawComparison {

  private final ModelPair contest;
  private final Map<String, OutputDifference> worst = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private @Nullable OutputPairs pairs;
  private boolean explained;

  RawComparison(ModelPair contest) {
    this.contest = contest;
  }

  /** Takes in the answers for one picture. */
  void add(Picture picture, Answer first, Answer second) {
    if (pairs == null) {
      pairs = new OutputPairs(contest, first, second);
      if (pairs.isReordered()) {
        findings.add(reordered(first, second));
      }
    }
    boolean differs = false;
    for (Places pair : pairs.places()) {
      Output a = first.outputs().get(pair.first());
      Output b = second.outputs().get(pair.second());
      if (a.shape().equals(b.shape())) {
        for (OutputDifference difference : differences(a, b)) {
          worst.merge(difference.name(), difference, OutputDifference::and);
          differs |= !difference.holds(contest.tolerance);
        }
      } else {
        differs = true;
      }
    }
    if (differs && !explained) {
      explained = true;
      explain(picture, first, second);
    }
  }

  /** Every output that could be paired, at its worst. */
  List<OutputDifference> differences() {
    return List.copyOf(worst.values());
  }

  /** Whether every output was compared, counts, and holds. */
  boolean decides() {
    return !worst.isEmpty()
        && findings.isEmpty()
        && unpaired().isEmpty()
        && Double.isFinite(contest.tolerance.relativeL2())
        && worst.values().stream().allMatch(output -> output.holds(contest.tolerance));
  }

  /** Outputs of the first model that the second lacks. */
  List<String> unpaired() {
    return pairs == null ? List.of() : pairs.unpaired();
  }

  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    for (OutputDifference output : worst.values()) {
      if (!output.isFinite()) {
        all.add(0, nonFinite(output));
      } else if (!output.holds(contest.tolerance)) {
        all.add(
            new Finding(
                Finding.Kind.OUTPUTS,
                String.format(
                    Locale.ROOT,
                    "output '%s' differs: relative L2 %.2g (tolerated %.2g), largest difference"
                        + " %.3g, cosine %.4f",
                    output.name(),
                    output.relativeL2(),
                    contest.tolerance.relativeL2(),
                    output.maxAbs(),
                    output.cosine())));
      }
    }
    return all;
  }

  private Finding nonFinite(OutputDifference output) {
    return new Finding(
        Finding.Kind.NON_FINITE,
        "output '%s' holds non-finite values (infinite, or no number): %d in '%s', %d in '%s'; weights beyond 65504, where f16 ends, are the usual cause: convert with --data-type FP32"
            .formatted(
                output.name(),
                output.nonFiniteFirst(),
                contest.first.file(),
                output.nonFiniteSecond(),
                contest.second.file()));
  }

  private Finding reordered(Answer first, Answer second) {
    List<String> order = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    first.outputs().forEach(output -> expected.add(output.name()));
    second.outputs().forEach(output -> order.add(output.name()));
    return new Finding(
        Finding.Kind.OUTPUT_ORDER,
        "'%s' has its outputs in the order %s, '%s' in the order %s: a program that reads them by index mixes up the heads; if this is intended, give --output with the names in that order"
            .formatted(
                contest.second.file(),
                String.join(", ", order),
                contest.first.file(),
                String.join(", ", expected)));
  }

  private List<OutputDifference> differences(Output a, Output b) {
    HeadLayout layout = contest.first.spec().layout();
    OutputParts ofA = OutputPairs.parts(a, layout);
    OutputParts ofB = OutputPairs.parts(b, layout);
    List<OutputDifference> differences = new ArrayList<>();
    ofA.parts()
        .forEach(
            (part, values) -> {
              String suffix = part.isEmpty() ? "" : ", " + part;
              differences.add(
                  OutputDifference.of(
                      new Output(a.name() + suffix, a.shape(), values),
                      new Output(
                          b.name() + suffix,
                          b.shape(),
                          Objects.requireNonNull(ofB.parts().get(part))),
                      part.equals("scores") && !ofA.logits()));
            });
    return differences;
  }

  // ---- what explains it

  private void explain(Picture picture, Answer first, Answer second) {
    boolean exchanged = findExchanged(first, second);
    if (exchanged || !Double.isFinite(contest.tolerance.relativeL2())) {
      return;
    }
    Optional<String> cause = preparation(picture, first, second);
    cause.ifPresent(sentence -> cause(sentence));
    contest.hints.forEach(hint -> cause(hint));
    boolean finite =
        second.outputs().stream().allMatch(RawComparison::isFinite)
            && first.outputs().stream().allMatch(RawComparison::isFinite);
    if (cause.isEmpty() && contest.hints.isEmpty() && finite) {
      cause(
          "neither swapped channels, nor a missing or doubled scale, nor swapped outputs explain"
              + " it: the weights or the graph must differ; 'ovkit diagnose' tries more causes");
    }
  }

  private void cause(String sentence) {
    findings.add(new Finding(Finding.Kind.CAUSE, sentence));
  }

  private static boolean isFinite(Output output) {
    for (float value : output.values()) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** Two outputs that fit when exchanged, and do not as they are. */
  private boolean findExchanged(Answer first, Answer second) {
    boolean found = false;
    List<Places> places = pairs == null ? List.of() : pairs.places();
    for (int i = 0; i < places.size(); i++) {
      for (int j = i + 1; j < places.size(); j++) {
        Output a = first.outputs().get(places.get(i).first());
        Output b = first.outputs().get(places.get(j).first());
        Output inPlaceOfA = second.outputs().get(places.get(i).second());
        Output inPlaceOfB = second.outputs().get(places.get(j).second());
        if (!fit(a, inPlaceOfA)
            && !fit(b, inPlaceOfB)
            && fit(a, inPlaceOfB)
            && fit(b, inPlaceOfA)) {
          found = true;
          findings.add(
              new Finding(
                  Finding.Kind.OUTPUTS_EXCHANGED,
                  "outputs '%s' and '%s' are swapped: each has the values of the other (%s and %s)"
                      .formatted(a.name(), b.name(), text(a), text(b))));
        }
      }
    }
    for (Places pair : places) {
      Output a = first.outputs().get(pair.first());
      Output b = second.outputs().get(pair.second());
      if (!found && !a.shape().equals(b.shape())) {
        findings.add(
            new Finding(
                Finding.Kind.OUTPUTS,
                "output '%s' is %s in '%s' and %s in '%s'"
                    .formatted(
                        a.name(), text(a), contest.first.file(), text(b), contest.second.file())));
      }
    }
    return found;
  }

  private static String text(Output output) {
    return output.shape().toString().replace(" ", "");
  }

  private boolean fit(Output a, Output b) {
    return a.shape().equals(b.shape()) && OutputDifference.of(a, b, false).holds(contest.tolerance);
  }

  /** Another way to prepare the numbers of a picture. */
  private record Way(boolean exchanged, Normalization normalization, String words) {}

  /**
   * What an IR does to its numbers shows by running the ONNX on numbers prepared the same wrong
   * way: only then are the outputs equal.
   */
  private Optional<String> preparation(Picture picture, Answer first, Answer second) {
    boolean firstIsOnnx = contest.first instanceof OnnxSubject;
    if (firstIsOnnx == contest.second instanceof OnnxSubject) {
      return Optional.empty();
    }
    OnnxSubject onnx = (OnnxSubject) (firstIsOnnx ? contest.first : contest.second);
    Answer ir = firstIsOnnx ? second : first;
    for (Way way : ways(onnx.spec().normalization())) {
      Colour colour = onnx.spec().inputColour();
      List<Output> outputs =
          onnx.outputs(picture, way.exchanged() ? colour.reversed() : colour, way.normalization());
      if (allFit(outputs, ir, firstIsOnnx)) {
        return Optional.of(
            "the IR gives the same results as the ONNX would if %s; 'ovkit convert' without flags prepares the input as the model's family requires%s"
                .formatted(
                    way.words(),
                    way.normalization().isNone() && way.exchanged()
                        ? "; if an IR without preprocessing inside is intended, give --bare"
                        : ""));
      }
    }
    return Optional.empty();
  }

  private boolean allFit(List<Output> onnx, Answer ir, boolean firstIsOnnx) {
    List<Places> places = pairs == null ? List.of() : pairs.places();
    return !places.isEmpty()
        && places.stream()
            .allMatch(
                pair ->
                    fit(
                        onnx.get(firstIsOnnx ? pair.first() : pair.second()),
                        ir.outputs().get(firstIsOnnx ? pair.second() : pair.first())));
  }

  /** One thing wrong before two. */
  private static List<Way> ways(Normalization wanted) {
    List<Way> single = new ArrayList<>();
    single.add(
        new Way(
            true,
            wanted,
            "its channels were swapped (a reversal is missing, or there is one too many)"));
    if (wanted.scale().isEmpty()) {
      single.add(
          new Way(
              false,
              new Normalization(wanted.mean(), List.of(255f)),
              "its input were divided by 255, which is wrong"));
      single.add(
          new Way(
              false,
              new Normalization(wanted.mean(), List.of(255f * 255f)),
              "its input were divided by 255 twice, which is wrong"));
    } else {
      single.add(
          new Way(
              false,
              new Normalization(wanted.mean(), List.of()),
              "its input were not scaled (the scale is missing)"));
      single.add(
          new Way(
              false,
              new Normalization(
                  wanted.mean(), wanted.scale().stream().map(scale -> scale * scale).toList()),
              "its input were scaled twice"));
    }
    if (!wanted.mean().isEmpty()) {
      single.add(
          new Way(
              false,
              new Normalization(List.of(), wanted.scale()),
              "its mean were not subtracted (the mean is missing)"));
      single.add(
          new Way(
              false,
              Normalization.NONE,
              "its input were not scaled and its mean not subtracted (both are missing)"));
    }
    List<Way> ways = new ArrayList<>(single);
    for (Way way : single) {
      if (!way.exchanged()) {
        ways.add(
            new Way(true, way.normalization(), way.words() + ", and its channels were swapped"));
      }
    }
    return ways;
  }
}
