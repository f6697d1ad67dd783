package dev.ovkit.diagnose;

import dev.ovkit.ir.IrDescription;
import dev.ovkit.model.DetectorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for the reading whose boxes fit. */
record Investigation(
    Question question,
    IrDescription ir,
    Network network,
    List<PictureAnswers> scenes,
    CurrentReading present,
    Proof proof,
    Judgement judgement,
    List<String> notes) {

  Diagnosis run() {
    Evidence evidence = proof.evidence();
    Structures structures = new Structures(ir, network, proof.hints());
    @Nullable Reading reading = present.reading(structures, evidence);
    Search search = new Search(network, evidence);
    List<Trial> starts = new ArrayList<>();
    @Nullable Trial now = null;
    if (reading != null) {
      now = search.tryOut(reading, List.of());
      if (present.inputIsAssumed && evidence instanceof ExpectedBoxes && !judgement.isGood(now)) {
        Trial asConvertMakes = search.tryOut(CurrentReading.contract(reading), List.of());
        if (judgement.isGood(asConvertMakes)) {
          now = asConvertMakes;
        }
      }
      starts.add(now);
    } else {
      Reading sized = present.corrected;
      if (sized != null) {
        String size = "%dx%d".formatted(network.width(), network.height());
        starts.add(
            search.tryOut(
                sized,
                List.of(
                    new Hypothesis(
                        Setting.SIZE, size, String.valueOf(present.unreadable), r -> sized))));
      }
      starts.addAll(
          search.starts(
              structures.all(), present.spec, String.valueOf(present.unreadable), evidence));
      if (starts.isEmpty()) {
        return end(search, reading, null, null, null);
      }
    }
    if (now != null && judgement.isGood(now)) {
      @Nullable Trial cut = ownThresholds(search, evidence, now);
      if (cut != null) {
        return end(search, cut.reading(), cut, cut, byThresholds(now, cut));
      }
    }
    Trial start = starts.get(0);
    for (Trial other : starts) {
      start = Search.better(start, other);
    }
    List<Hypothesis> hypotheses = new ArrayList<>(Hypotheses.of(start.reading(), structures));
    if (evidence instanceof Plausibility) {
      // A shifted class is as plausible as the right one, and a rare range as a common one.
      hypotheses.removeIf(
          h ->
              h.setting() == Setting.CLASSES
                  || h.setting() == Setting.LABELS
                  || (h.setting() == Setting.RANGE && !InputRanges.isUsual(h.value())));
    }
    Trial best = search.singles(start, hypotheses);
    if (now == null
        && evidence instanceof Plausibility
        && best.fit().agreement() < Judgement.MUCH_BETTER * start.fit().agreement()) {
      best = start;
    }
    boolean named = judgement.isConvincing(start, best);
    boolean isHalf = evidence instanceof ExpectedBoxes && best.fit().agreement() < Judgement.RIGHT;
    if (now != null && present.assumed && (!named || isHalf) && judgement.isHopeless(start)) {
      Trial input = search.assumedInputs(start, hypotheses);
      // One change may name half of it: with the scale right, wrong colours lose few boxes.
      if (!named || input.fit().agreement() >= Judgement.RIGHT) {
        best = Search.better(best, input);
      }
      if (!named && best.fit().agreement() < Judgement.RIGHT) {
        best = Search.better(best, search.families(start, structures));
      }
    }
    if (!judgement.isConvincing(start, best) && judgement.isHopeless(start)) {
      Trial pair = search.pairs(start, hypotheses);
      // A second change must earn its place.
      if (1 - pair.fit().agreement() < Judgement.SHARE_LEFT * (1 - best.fit().agreement())
          || (judgement.isConvincing(start, pair) && !judgement.isConvincing(start, best))) {
        best = pair;
      }
    }
    return end(search, reading, now, start, best);
  }

  /** Returns the reading with the IR's own thresholds, if they make right boxes wrong. */
  private @Nullable Trial ownThresholds(Search search, Evidence evidence, Trial now) {
    DetectorSpec spec = present.spec;
    if (spec == null || !(evidence instanceof ExpectedBoxes)) {
      return null;
    }
    float confidence = Math.max(evidence.confidence(), spec.confidenceThreshold());
    Reading usual =
        now.reading()
            .withThresholds(
                Math.max(evidence.confidence(), DetectorSpec.DEFAULT_CONFIDENCE),
                DetectorSpec.DEFAULT_IOU);
    Reading own = now.reading().withThresholds(confidence, spec.iouThreshold());
    if (own.equals(usual) || areThoseOfTheReference(spec)) {
      return null;
    }
    double loss = search.tryOut(usual, List.of()).fit().agreement();
    Trial cut = search.tryOut(own, List.of());
    return cut.fit().agreement() < loss - 0.1 ? cut : null;
  }

  /** What the exporter chose is no fault of the IR. */
  private boolean areThoseOfTheReference(DetectorSpec spec) {
    DetectorSpec reference = proof.reference();
    return reference != null
        && reference.confidenceThreshold() == spec.confidenceThreshold()
        && reference.iouThreshold() == spec.iouThreshold();
  }

  private static Trial byThresholds(Trial now, Trial cut) {
    Reading own = cut.reading();
    return new Trial(
        now.reading(),
        List.of(
            new Hypothesis(
                Setting.THRESHOLDS,
                "confidence 0.25, IoU 0.45",
                "the IR's own thresholds (confidence %s, IoU %s) drop or duplicate correct boxes"
                    .formatted(own.confidence(), own.iou()),
                r -> now.reading())),
        now.fit());
  }

  private Diagnosis end(
      Search search,
      @Nullable Reading asInferReads,
      @Nullable Trial now,
      @Nullable Trial start,
      @Nullable Trial best) {
    return new Conclusion(question, network, scenes, present, proof, judgement, asInferReads, notes)
        .of(search.trials(), now, start, best);
  }
}
