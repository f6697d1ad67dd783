package dev.ovkit.diagnose;

import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Normalization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts into words what was found.
 *
 * @param asInferReads how 'ovkit infer' reads the IR; null if it cannot
 */
record Conclusion(
    Question question,
    Network network,
    List<PictureAnswers> scenes,
    CurrentReading present,
    Proof proof,
    Judgement judgement,
    @Nullable Reading asInferReads,
    List<String> notes) {

  /**
   * @param trials everything that was tried
   * @param now the IR as it is read
   * @param start where the search began
   * @param best what it found
   */
  Diagnosis of(
      List<Trial> trials, @Nullable Trial now, @Nullable Trial start, @Nullable Trial best) {
    List<Trial> sorted = new ArrayList<>(trials);
    sorted.sort(Comparator.comparingDouble((Trial t) -> t.fit().agreement()).reversed());
    boolean weak = judgement.isWeak();
    List<Trial> equal = new ArrayList<>();
    Optional<Trial> explanation = Optional.empty();
    List<String> commands = new ArrayList<>();
    Diagnosis.Verdict verdict;
    String sentence;
    boolean changed = best != null && !best.changes().isEmpty();
    if (now != null
        && judgement.isGood(now)
        && !(weak && changed && best != null && judgement.isConvincing(now, best))) {
      verdict = weak ? Diagnosis.Verdict.PLAUSIBLE : Diagnosis.Verdict.RIGHT;
      sentence =
          weak
              ? "Nothing speaks against the IR as it is read now; without expected boxes or a reference that is all that can be said."
              : "The boxes are right as the IR is read now.";
      if (isByContract(now)) {
        sentence =
            weak
                ? "Nothing speaks against the IR, if it takes BGR, 0..255, as one of 'ovkit convert' does; it does not say so."
                : "The IR is right: it takes BGR, 0..255, as one of 'ovkit convert' does. It only does not say so, and infer must be told.";
        commands.add(
            Remedy.infer(question.ir(), question.pictures().get(0), asInferReads, now.reading()));
      }
    } else if (best != null
        && changed
        && start != null
        && (now == null ? judgement.isExplaining(best) : judgement.isConvincing(start, best))) {
      verdict = Diagnosis.Verdict.EXPLAINED;
      explanation = Optional.of(best);
      sentence = "%s %s.".formatted(weak ? "Probably wrong:" : "Wrong:", best.cause());
      silentInput(now, best);
      for (Trial other : sorted) {
        if (other != best
            && other.changes().size() <= best.changes().size()
            && !other.changes().isEmpty()
            && !other.reading().equals(best.reading())
            && other.fit().agreement() >= best.fit().agreement() - 1e-3) {
          equal.add(other);
        }
      }
      commands.addAll(
          Remedy.commands(
              question.ir(),
              question.pictures().get(0),
              question.reference().map(ConvertOptions::onnx).orElse(null),
              now == null ? null : asInferReads,
              best));
    } else if (weak && now != null) {
      verdict = Diagnosis.Verdict.PLAUSIBLE;
      sentence =
          "The boxes cannot be judged on these pictures without expected boxes or a reference, and no other reading is clearly better.";
    } else if (now != null && judgement.isClose(now)) {
      verdict = Diagnosis.Verdict.RIGHT;
      sentence =
          "The boxes are right but for small differences that no setting explains: rounding, quantisation or another resize do such things; 'ovkit verify' measures them.";
    } else {
      verdict = Diagnosis.Verdict.UNEXPLAINED;
      sentence =
          "The boxes are wrong, and no setting that was tried explains it, alone or in pairs.";
    }
    if (verdict == Diagnosis.Verdict.PLAUSIBLE
        && changed
        && best != null
        && now != null
        && best.fit().agreement() > 1.25 * now.fit().agreement()) {
      notes.add(
          String.format(
              java.util.Locale.ROOT,
              "more plausible, but not by enough to be believed: %s (%.3f against %.3f)",
              best.title(),
              best.fit().agreement(),
              now.fit().agreement()));
    }
    if (present.unreadable != null) {
      notes.add("as it is, the IR cannot be read: " + present.unreadable);
    }
    if (scenes.stream().allMatch(this::fillsTheInput)) {
      notes.add(
          "every picture has the shape of the input: letterbox, stretch and pad value are the same for it and cannot be told apart on these pictures");
    }
    rawNotes(now, best, verdict);
    return new Diagnosis(
        verdict, sentence, Optional.ofNullable(now), explanation, equal, sorted, commands, notes);
  }

  /** Tells by what an IR of convert takes what a silent one lacks. */
  private void silentInput(@Nullable Trial now, Trial best) {
    InputReading found = best.reading().input();
    boolean changed =
        now != null
            && !(found.colour() == now.reading().input().colour()
                && found.normalization().equals(now.reading().input().normalization()));
    if (!present.inputIsAssumed || !changed) {
      return;
    }
    List<String> lacks = new ArrayList<>();
    if (found.colour() == Colour.RGB) {
      lacks.add("the reversal of the channels inside is missing, or one too many");
    }
    if (found.normalization().equals(Normalization.TO_UNIT)) {
      lacks.add("the scale 255 is not inside");
    }
    if (!lacks.isEmpty()) {
      notes.add(
          "an IR of 'ovkit convert' takes BGR, 0..255; measured by that, %s"
              .formatted(String.join(", and ", lacks)));
    }
  }

  /** Whether the IR is read otherwise than infer would read it. */
  private boolean isByContract(@Nullable Trial now) {
    return now != null && !now.reading().equals(asInferReads);
  }

  private boolean fillsTheInput(PictureAnswers scene) {
    return (long) scene.picture().width() * network.height()
        == (long) scene.picture().height() * network.width();
  }

  private void rawNotes(@Nullable Trial now, @Nullable Trial best, Diagnosis.Verdict verdict) {
    RawOutputs known = proof.raw();
    if (known == null) {
      return;
    }
    double before = now == null ? Double.NaN : known.distance(network, now.reading().input());
    double after = best == null ? Double.NaN : known.distance(network, best.reading().input());
    if (!Double.isNaN(before)) {
      notes.add(
          String.format(
              java.util.Locale.ROOT,
              "raw outputs against the reference: relative L2 %.2g as it is read now, %.2g with the input of the best reading",
              before,
              after));
    }
    if (verdict == Diagnosis.Verdict.UNEXPLAINED && after > 0.05) {
      notes.add(
          "the network itself answers otherwise than the reference: other weights, another model, or damage in the conversion; 'ovkit verify' compares them output by output");
    }
  }
}
