package dev.ovkit.diagnose;

import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Detection;
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

  /** Pictures that are shown before and after. */
  private static final int MOST_PICTURES = 6;

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
    if (!weak && now != null && now.fit().expected() == 0 && now.fit().found() == 0) {
      verdict = Diagnosis.Verdict.UNEXPLAINED;
      sentence =
          "Nothing was compared: no object is expected on these pictures, and none is found; give pictures that show objects.";
    } else if (now != null
        && judgement.isGood(now)
        && !(weak && changed && best != null && judgement.isConvincing(now, best))) {
      verdict = weak ? Diagnosis.Verdict.PLAUSIBLE : Diagnosis.Verdict.RIGHT;
      sentence =
          weak
              ? "No fault was found in the IR; only expected boxes or a reference could show more."
              : "The boxes are right.";
      if (isByContract(now)) {
        sentence =
            weak
                ? "No fault was found in the IR, provided that it takes BGR, 0..255, like an IR of"
                    + " 'ovkit convert'; it does not say so itself."
                : "The IR is right: it takes BGR, 0..255, like an IR of 'ovkit convert'. But it"
                    + " does not say so itself, so infer needs flags.";
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
          "These pictures alone do not show whether the boxes are right, and no other setting is"
              + " clearly better; give expected boxes or a reference.";
    } else if (now != null && (judgement.isClose(now) || isRounded(now))) {
      verdict = Diagnosis.Verdict.RIGHT;
      sentence =
          "The boxes are right except for small differences that no setting explains. Rounding,"
              + " quantization or a different resize can cause them; 'ovkit verify' measures them.";
    } else {
      verdict = Diagnosis.Verdict.UNEXPLAINED;
      sentence =
          "The boxes are wrong, and none of the settings that were tried, alone or in pairs,"
              + " explains it.";
    }
    if (verdict == Diagnosis.Verdict.PLAUSIBLE
        && changed
        && best != null
        && now != null
        && best.fit().agreement() > 1.25 * now.fit().agreement()) {
      notes.add(
          String.format(
              java.util.Locale.ROOT,
              "another setting scored higher, but not by enough to trust it: %s (%.3f, now %.3f);"
                  + " change nothing on this evidence alone",
              best.title(),
              best.fit().agreement(),
              now.fit().agreement()));
    }
    if (present.unreadable != null) {
      notes.add("the IR cannot be read as it is: " + present.unreadable);
    }
    if (scenes.stream().allMatch(this::fillsTheInput)) {
      notes.add(
          "every picture has the shape of the input, so letterbox, stretch and pad value make no"
              + " difference on these pictures");
    }
    rawNotes(now, best, verdict);
    return new Diagnosis(
        verdict,
        sentence,
        Optional.ofNullable(now),
        explanation,
        equal,
        sorted,
        commands,
        notes,
        changes(now, explanation));
  }

  /** Whether the network says what the reference says, and most boxes are the same. */
  private boolean isRounded(Trial now) {
    RawOutputs known = proof.raw();
    Fit fit = now.fit();
    return known != null
        && 3 * fit.matched() >= 2 * Math.max(fit.expected(), fit.found())
        && known.distance(network, now.reading().input()) <= Judgement.ROUNDING;
  }

  private List<PictureChange> changes(@Nullable Trial now, Optional<Trial> explanation) {
    Optional<Reading> before = Optional.ofNullable(now).map(Trial::reading);
    Optional<Reading> after = explanation.map(Trial::reading);
    return scenes.stream()
        .limit(MOST_PICTURES)
        .map(
            scene ->
                new PictureChange(
                    scene.file(),
                    before.map(reading -> boxes(scene, reading)),
                    after.map(reading -> boxes(scene, reading))))
        .toList();
  }

  private List<Detection> boxes(PictureAnswers scene, Reading reading) {
    return Decoder.read(
        scene.outputs(network, reading.input()),
        reading,
        network.letterbox(scene, reading.input()));
  }

  /** Notes what the input of this IR lacks, compared with one that convert makes. */
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
      lacks.add("the channels are not reversed inside the IR, or once too often");
    }
    if (found.normalization().equals(Normalization.TO_UNIT)) {
      lacks.add("the scale 255 is not inside the IR");
    }
    if (!lacks.isEmpty()) {
      notes.add(
          "an IR of 'ovkit convert' takes BGR, 0..255; compared with that, %s"
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
              "raw outputs against the reference: relative L2 %.2g with the current settings, %.2g"
                  + " with the best ones",
              before,
              after));
    }
    if (verdict == Diagnosis.Verdict.UNEXPLAINED && after > 0.05) {
      notes.add(
          "the network itself gives other results than the reference: other weights, another model,"
              + " or a damaged conversion; 'ovkit verify' compares them output by output");
    }
  }
}
