package dev.ovkit.verify.diagnose;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Outputs;
import dev.ovkit.model.Anchor;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DerivedSpec;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.IrDescription;
import dev.ovkit.model.Normalization;
import dev.ovkit.verify.Answer;
import dev.ovkit.verify.OnnxSubject;
import dev.ovkit.vision.DetectOptions;
import dev.ovkit.vision.Picture;
import dev.ovkit.vision.Postprocessor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why the boxes of an IR are wrong, or that they are not.
 *
 * @param verdict what was found
 * @param sentence the verdict for people
 * @param present the IR as its metadata and ovkit's assumptions have it read; empty if they cannot
 * @param explanation the reading whose boxes fit, if it is another one
 * @param equal other single changes whose boxes fit as well, so that these pictures cannot tell
 *     them apart
 * @param trials everything that was tried, best first
 * @param commands what mends it
 * @param notes what else is known: assumptions, figures of the raw outputs, limits of the evidence
 */
public record Diagnosis(
    Verdict verdict,
    String sentence,
    Optional<Trial> present,
    Optional<Trial> explanation,
    List<Trial> equal,
    List<Trial> trials,
    List<String> commands,
    List<String> notes) {

  /** What a diagnosis ends in. */
  public enum Verdict {
    /** The boxes are right as the IR is read now. */
    RIGHT,
    /** Without expected boxes: nothing speaks against the present reading. */
    PLAUSIBLE,
    /** They are wrong, and this is why. */
    EXPLAINED,
    /** They are wrong, and nothing that was tried explains it. */
    UNEXPLAINED
  }

  public Diagnosis {
    equal = List.copyOf(equal);
    trials = List.copyOf(trials);
    commands = List.copyOf(commands);
    notes = List.copyOf(notes);
  }

  /**
   * Finds out.
   *
   * @throws ModelException when the IR, the expected boxes or the reference cannot be read
   * @throws dev.ovkit.PictureException when a picture cannot
   */
  public static Diagnosis of(Question question) {
    IrDescription ir = IrDescription.read(question.ir());
    List<Scene> scenes = new ArrayList<>();
    try (Network network = Network.open(ir)) {
      for (Path picture : question.pictures()) {
        scenes.add(new Scene(picture, Picture.read(picture)));
      }
      return new Work(question, ir, network, scenes).run();
    } finally {
      scenes.forEach(Scene::close);
    }
  }

  /** One diagnosis at work. */
  private static final class Work {

    /** More pictures make a search longer, and hardly surer. */
    private static final int MOST_SEARCHED = 4;

    /** Boxes that agree so well are right: FP16 and another engine's rounding move them less. */
    private static final double RIGHT = 0.975;

    /** Boxes that agree so well are right but for small differences, as of INT8. */
    private static final double CLOSE = 0.85;

    /** A reading below it explains nothing. */
    private static final double EXPLAINS = 0.80;

    /** An explanation takes away so much of what is wrong. */
    private static final double SHARE_LEFT = 0.5;

    /** Without expected boxes: a plausibility that a right detector reaches on most pictures. */
    private static final double PLAUSIBLE = 0.2;

    /** Without expected boxes: by so much another reading must be better to be believed. */
    private static final double MUCH_BETTER = 1.75;

    /** From a reference low scores are looked at too: more boxes, sharper evidence. */
    private static final float REFERENCE_CONFIDENCE = 0.15f;

    private final Question question;
    private final IrDescription ir;
    private final Network network;
    private final List<Scene> scenes;
    private final List<String> notes = new ArrayList<>();
    private @Nullable DetectorSpec derived;
    private @Nullable String unreadable;
    private @Nullable Reading corrected;
    private boolean assumed;
    private boolean inputIsAssumed;
    private @Nullable Reading asInferReads;
    private Structures.Hints hints = new Structures.Hints(0, List.of());
    private @Nullable RawOutputs raw;

    Work(Question question, IrDescription ir, Network network, List<Scene> scenes) {
      this.question = question;
      this.ir = ir;
      this.network = network;
      this.scenes = scenes;
    }

    Diagnosis run() {
      derive();
      if (question.expected().isPresent()) {
        return search(expected(question.expected().get()));
      }
      if (question.reference().isPresent()) {
        return search(reference(question.reference().get()));
      }
      try (Plausibility plausibility = new Plausibility(some(scenes))) {
        return search(plausibility);
      }
    }

    private static <T> List<T> some(List<T> all) {
      return all.subList(0, Math.min(MOST_SEARCHED, all.size()));
    }

    // ---- the present reading

    private void derive() {
      try {
        DerivedSpec found = DerivedSpec.of(ir);
        if (found.spec().layout() instanceof HeadLayout.LazyHeads) {
          throw new OptionException(
              "%s: its heads are lazy, and boxes cannot be read from them in other ways; diagnose what 'ovkit convert' makes of the same ONNX without --heads lazy"
                  .formatted(ir.xml()));
        }
        derived = found.spec();
        assumed = !found.assumptions().isEmpty();
        inputIsAssumed = found.inputIsAssumed();
        found.assumptions().forEach(a -> notes.add("assumed, for the IR does not say it: " + a));
      } catch (ModelException e) {
        unreadable = e.getMessage();
      }
    }

    private @Nullable Reading present(Structures structures, Evidence evidence) {
      DetectorSpec spec = derived;
      if (spec == null) {
        return null;
      }
      if (spec.inputWidth() != network.width() || spec.inputHeight() != network.height()) {
        unreadable =
            "the metadata says that the input is %dx%d, but the IR takes %dx%d"
                .formatted(
                    spec.inputWidth(), spec.inputHeight(), network.width(), network.height());
        try {
          corrected = reading(spec, structures, evidence);
        } catch (ModelException e) {
          notes.add("with the size that the IR takes, " + e.getMessage());
        }
      } else {
        try {
          new Postprocessor(
              spec,
              DetectOptions.defaults(),
              name ->
                  ir.outputs().stream()
                      .filter(o -> o.names().contains(name) || o.name().equals(name))
                      .findFirst()
                      .orElseThrow(
                          () -> new ModelException("the IR has no output '%s'".formatted(name)))
                      .shape());
        } catch (ModelException e) {
          unreadable = e.getMessage();
        }
      }
      if (unreadable != null) {
        return null;
      }
      return reading(spec, structures, evidence);
    }

    private Reading reading(DetectorSpec spec, Structures structures, Evidence evidence) {
      return new Reading(
          new InputReading(
              spec.inputColour(), spec.normalization(), spec.resize(), network.arrangement()),
          structures.of(spec),
          spec.labels(),
          evidence.confidence(),
          DetectorSpec.DEFAULT_IOU);
    }

    /** The input of an IR that 'ovkit convert' makes. */
    private static Reading contract(Reading present) {
      InputReading input = present.input().with(Colour.BGR).with(Normalization.NONE);
      return new Reading(
          input, present.output(), present.labels(), present.confidence(), present.iou());
    }

    // ---- evidence

    private Evidence expected(Path file) {
      ExpectedFile boxes = ExpectedFile.read(file);
      if (boxes.isForOnePicture() && scenes.size() > 1) {
        throw new OptionException(
            "--expect '%s' has boxes of one picture, but there are %d; expected {\"pictures\": [{\"file\": …, \"detections\": […]}]}"
                .formatted(file, scenes.size()));
      }
      List<ExpectedBoxes.Case> cases = new ArrayList<>();
      float lowest = 1;
      for (Scene scene : scenes) {
        @Nullable List<Detection> of = boxes.of(scene.file());
        if (of == null) {
          notes.add("'%s' has no boxes for '%s'; left out".formatted(file, scene.file()));
          continue;
        }
        for (Detection d : of) {
          lowest = Math.min(lowest, d.score());
        }
        cases.add(new ExpectedBoxes.Case(scene, of));
      }
      if (cases.stream().allMatch(c -> c.boxes().isEmpty())) {
        throw new ModelException(
            "'%s' has no boxes for any of the pictures given; expected at least one"
                .formatted(file));
      }
      // The list was cut at some threshold; 0.25 unless it shows a lower one.
      float confidence = Math.min(lowest, DetectorSpec.DEFAULT_CONFIDENCE);
      return new ExpectedBoxes(richest(cases), Math.max(0.01f, confidence));
    }

    private static List<ExpectedBoxes.Case> richest(List<ExpectedBoxes.Case> cases) {
      List<ExpectedBoxes.Case> sorted = new ArrayList<>(cases);
      sorted.sort(Comparator.comparingInt((ExpectedBoxes.Case c) -> c.boxes().size()).reversed());
      return some(sorted);
    }

    private Evidence reference(ConvertOptions options) {
      boolean flat = ir.outputs().size() == 1 && ir.outputs().get(0).shape().size() == 3;
      ConvertOptions chosen = flat ? options.withOutputs(new Outputs.AsTheyAre()) : options;
      List<ExpectedBoxes.Case> cases = new ArrayList<>();
      List<Answer> answers = new ArrayList<>();
      DetectOptions detect =
          DetectOptions.defaults()
              .withConfidence(REFERENCE_CONFIDENCE)
              .withIou(DetectorSpec.DEFAULT_IOU);
      try (OnnxSubject onnx = open(chosen, options, detect)) {
        for (Scene scene : scenes) {
          Answer answer = onnx.answer(scene.picture());
          answers.add(answer);
          cases.add(new ExpectedBoxes.Case(scene, answer.detections().detections()));
        }
        HeadLayout layout = onnx.spec().layout();
        hints = new Structures.Hints(layout.classes(), anchors(layout));
        raw = new RawOutputs(scenes, answers);
      }
      if (cases.stream().allMatch(c -> c.boxes().isEmpty())) {
        notes.add("the reference finds nothing on these pictures; other pictures say more");
      }
      return new ExpectedBoxes(richest(cases), REFERENCE_CONFIDENCE);
    }

    /**
     * The outputs that the IR has, so that they can be compared; the heads where that cannot be.
     */
    private static OnnxSubject open(
        ConvertOptions chosen, ConvertOptions otherwise, DetectOptions detect) {
      try {
        return OnnxSubject.open(chosen, detect);
      } catch (ModelException e) {
        return OnnxSubject.open(otherwise, detect);
      }
    }

    private static List<List<Anchor>> anchors(HeadLayout layout) {
      List<Head> heads =
          layout instanceof HeadLayout.RawHeads rawHeads
              ? rawHeads.heads()
              : layout instanceof HeadLayout.FlatRows rows ? rows.heads() : List.of();
      return heads.stream().anyMatch(h -> h.anchors().isEmpty())
          ? List.of()
          : heads.stream().map(Head::anchors).toList();
    }

    // ---- search

    private Diagnosis search(Evidence evidence) {
      Structures structures = new Structures(ir, network, hints);
      @Nullable Reading present = present(structures, evidence);
      Search search = new Search(network, evidence);
      List<Trial> starts = new ArrayList<>();
      @Nullable Trial now = null;
      if (present != null) {
        now = search.tryOut(present, List.of());
        asInferReads = present;
        if (inputIsAssumed && evidence instanceof ExpectedBoxes && !isGood(evidence, now)) {
          Trial asConvertMakes = search.tryOut(contract(present), List.of());
          if (isGood(evidence, asConvertMakes)) {
            now = asConvertMakes;
          }
        }
        starts.add(now);
      } else {
        Reading sized = corrected;
        if (sized != null) {
          String size = "%dx%d".formatted(network.width(), network.height());
          starts.add(
              search.tryOut(
                  sized,
                  List.of(
                      new Hypothesis(Setting.SIZE, size, String.valueOf(unreadable), r -> sized))));
        }
        starts.addAll(
            search.starts(structures.all(), derived, String.valueOf(unreadable), evidence));
        if (starts.isEmpty()) {
          return end(evidence, search, null, null, null);
        }
      }
      if (now != null && isGood(evidence, now)) {
        @Nullable Trial cut = ownThresholds(search, evidence, now);
        if (cut != null) {
          return end(evidence, search, cut, cut, byThresholds(now, cut));
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
                    || (h.setting() == Setting.RANGE && !Range.isUsual(h.value())));
      }
      Trial best = search.singles(start, hypotheses);
      if (now == null
          && evidence instanceof Plausibility
          && best.fit().agreement() < MUCH_BETTER * start.fit().agreement()) {
        best = start;
      }
      boolean named = isConvincing(evidence, start, best);
      boolean isHalf = evidence instanceof ExpectedBoxes && best.fit().agreement() < RIGHT;
      if (now != null && assumed && (!named || isHalf) && isHopeless(evidence, start)) {
        Trial input = search.assumedInputs(start, hypotheses);
        // One change may name half of it: with the scale right, wrong colours lose few boxes.
        if (!named || input.fit().agreement() >= RIGHT) {
          best = Search.better(best, input);
        }
        if (!named && best.fit().agreement() < RIGHT) {
          best = Search.better(best, search.families(start, structures));
        }
      }
      if (!isConvincing(evidence, start, best) && isHopeless(evidence, start)) {
        Trial pair = search.pairs(start, hypotheses);
        // A second change must earn its place.
        if (1 - pair.fit().agreement() < SHARE_LEFT * (1 - best.fit().agreement())
            || (isConvincing(evidence, start, pair) && !isConvincing(evidence, start, best))) {
          best = pair;
        }
      }
      return end(evidence, search, now, start, best);
    }

    /** Returns the reading with the IR's own thresholds, if they make right boxes wrong. */
    private @Nullable Trial ownThresholds(Search search, Evidence evidence, Trial now) {
      DetectorSpec spec = derived;
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
      if (own.equals(usual)) {
        return null;
      }
      double loss = search.tryOut(usual, List.of()).fit().agreement();
      Trial cut = search.tryOut(own, List.of());
      return cut.fit().agreement() < loss - 0.1 ? cut : null;
    }

    private static Trial byThresholds(Trial now, Trial cut) {
      Reading own = cut.reading();
      return new Trial(
          now.reading(),
          List.of(
              new Hypothesis(
                  Setting.THRESHOLDS,
                  "confidence 0.25, IoU 0.45",
                  "the IR's own thresholds (confidence %s, IoU %s) drop or double boxes that are right"
                      .formatted(own.confidence(), own.iou()),
                  r -> now.reading())),
          now.fit());
    }

    private boolean isGood(Evidence evidence, Trial trial) {
      return evidence instanceof ExpectedBoxes
          ? trial.fit().agreement() >= RIGHT
          : trial.fit().agreement() >= 0.6 * PLAUSIBLE;
    }

    /** Among thousands of combinations one fits a little better by chance; so only then. */
    private static boolean isHopeless(Evidence evidence, Trial start) {
      return start.fit().agreement()
          < (evidence instanceof ExpectedBoxes ? CLOSE : 0.2 * PLAUSIBLE);
    }

    private boolean isConvincing(Evidence evidence, Trial start, Trial best) {
      double before = start.fit().agreement();
      double after = best.fit().agreement();
      return evidence instanceof ExpectedBoxes
          ? after >= (before >= CLOSE ? RIGHT : EXPLAINS) && 1 - after <= SHARE_LEFT * (1 - before)
          : after >= PLAUSIBLE && after >= MUCH_BETTER * before;
    }

    private Diagnosis end(
        Evidence evidence,
        Search search,
        @Nullable Trial now,
        @Nullable Trial start,
        @Nullable Trial best) {
      List<Trial> sorted = new ArrayList<>(search.trials());
      sorted.sort(Comparator.comparingDouble((Trial t) -> t.fit().agreement()).reversed());
      boolean weak = !(evidence instanceof ExpectedBoxes);
      List<Trial> equal = new ArrayList<>();
      Optional<Trial> explanation = Optional.empty();
      List<String> commands = new ArrayList<>();
      Verdict verdict;
      String sentence;
      boolean changed = best != null && !best.changes().isEmpty();
      if (now != null
          && isGood(evidence, now)
          && !(weak && changed && isConvincing(evidence, now, best))) {
        verdict = weak ? Verdict.PLAUSIBLE : Verdict.RIGHT;
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
              Mend.infer(question.ir(), question.pictures().get(0), asInferReads, now.reading()));
        }
      } else if (best != null
          && changed
          && start != null
          && (now == null
              ? best.fit().agreement() >= (weak ? PLAUSIBLE : EXPLAINS)
              : isConvincing(evidence, start, best))) {
        verdict = Verdict.EXPLAINED;
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
            Mend.commands(
                question.ir(),
                question.pictures().get(0),
                question.reference().map(ConvertOptions::onnx).orElse(null),
                now == null ? null : asInferReads,
                best));
      } else if (weak && now != null) {
        verdict = Verdict.PLAUSIBLE;
        sentence =
            "The boxes cannot be judged on these pictures without expected boxes or a reference, and no other reading is clearly better.";
      } else if (now != null && now.fit().agreement() >= CLOSE) {
        verdict = Verdict.RIGHT;
        sentence =
            "The boxes are right but for small differences that no setting explains: rounding, quantisation or another resize do such things; 'ovkit verify' measures them.";
      } else {
        verdict = Verdict.UNEXPLAINED;
        sentence =
            "The boxes are wrong, and no setting that was tried explains it, alone or in pairs.";
      }
      if (verdict == Verdict.PLAUSIBLE
          && changed
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
      if (unreadable != null) {
        notes.add("as it is, the IR cannot be read: " + unreadable);
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
      if (!inputIsAssumed || !changed) {
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

    private boolean fillsTheInput(Scene scene) {
      return (long) scene.picture().width() * network.height()
          == (long) scene.picture().height() * network.width();
    }

    private void rawNotes(@Nullable Trial now, @Nullable Trial best, Verdict verdict) {
      RawOutputs known = raw;
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
      if (verdict == Verdict.UNEXPLAINED && after > 0.05) {
        notes.add(
            "the network itself answers otherwise than the reference: other weights, another model, or damage in the conversion; 'ovkit verify' compares them output by output");
      }
    }
  }
}
