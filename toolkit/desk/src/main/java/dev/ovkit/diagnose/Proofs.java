package dev.ovkit.diagnose;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Outputs;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.Head;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.OnnxSubject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what boxes are held against. */
final class Proofs {

  /** More pictures make a search longer, and hardly surer. */
  private static final int MOST_SEARCHED = 4;

  /** From a reference low scores are looked at too: more boxes, sharper evidence. */
  private static final float REFERENCE_CONFIDENCE = 0.15f;

  private final IrDescription ir;
  private final @Nullable DetectorSpec spec;
  private final List<PictureAnswers> scenes;
  private final List<String> notes;

  private Proofs(
      IrDescription ir,
      @Nullable DetectorSpec spec,
      List<PictureAnswers> scenes,
      List<String> notes) {
    this.ir = ir;
    this.spec = spec;
    this.scenes = scenes;
    this.notes = notes;
  }

  /**
   * Expected boxes, else those of a reference, else how boxes usually look.
   *
   * @param spec what the IR says of itself; null if it cannot be read
   * @param notes gets what is left out
   */
  static Proof of(
      Question question,
      IrDescription ir,
      @Nullable DetectorSpec spec,
      List<PictureAnswers> scenes,
      List<String> notes) {
    Proofs proofs = new Proofs(ir, spec, scenes, notes);
    if (question.expected().isPresent()) {
      return proofs.expected(question.expected().get());
    }
    return question
        .reference()
        .map(proofs::reference)
        .orElseGet(
            () ->
                new Proof(
                    new Plausibility(some(scenes)),
                    new Structures.Hints(0, List.of()),
                    null,
                    null));
  }

  private Proof expected(Path file) {
    ExpectedFile boxes = ExpectedFile.read(file);
    if (boxes.isForOnePicture() && scenes.size() > 1) {
      throw new OptionException(
          "--expect '%s' has boxes for one picture, but %d pictures were given; expected {\"pictures\": [{\"file\": …, \"detections\": […]}]}"
              .formatted(file, scenes.size()));
    }
    List<ExpectedBoxes.Case> cases = new ArrayList<>();
    float lowest = 1;
    for (PictureAnswers scene : scenes) {
      @Nullable List<Detection> of = boxes.of(scene.file());
      if (of == null) {
        notes.add("'%s' has no boxes for '%s'; skipped".formatted(file, scene.file()));
        continue;
      }
      for (Detection d : of) {
        lowest = Math.min(lowest, d.score());
      }
      cases.add(new ExpectedBoxes.Case(scene, of));
    }
    if (cases.stream().allMatch(c -> c.boxes().isEmpty())) {
      throw new ModelException(
          "'%s' has no boxes for any of these pictures; expected boxes for at least one"
              .formatted(file));
    }
    return new Proof(
        new ExpectedBoxes(richest(cases), Math.max(0.01f, cutAt(lowest))),
        new Structures.Hints(0, List.of()),
        null,
        null);
  }

  /** The list was cut at some threshold: the IR's own, or 0.25, unless it shows a lower one. */
  private float cutAt(float lowest) {
    float own = spec == null ? 0 : spec.confidenceThreshold();
    return own > DetectorSpec.DEFAULT_CONFIDENCE && lowest >= own
        ? own
        : Math.min(lowest, DetectorSpec.DEFAULT_CONFIDENCE);
  }

  private static List<ExpectedBoxes.Case> richest(List<ExpectedBoxes.Case> cases) {
    List<ExpectedBoxes.Case> sorted = new ArrayList<>(cases);
    sorted.sort(Comparator.comparingInt((ExpectedBoxes.Case c) -> c.boxes().size()).reversed());
    return some(sorted);
  }

  private Proof reference(ConvertOptions options) {
    boolean flat = ir.outputs().size() == 1 && ir.outputs().get(0).shape().size() == 3;
    ConvertOptions chosen = flat ? options.withOutputs(new Outputs.AsTheyAre()) : options;
    List<ExpectedBoxes.Case> cases = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    Structures.Hints hints;
    DetectorSpec own;
    DetectOptions detect =
        DetectOptions.defaults()
            .withConfidence(REFERENCE_CONFIDENCE)
            .withIou(DetectorSpec.DEFAULT_IOU);
    try (OnnxSubject onnx = open(chosen, options, detect)) {
      boolean named = !onnx.spec().labels().isEmpty();
      for (PictureAnswers scene : scenes) {
        Answer answer = onnx.answer(scene.picture());
        answers.add(answer);
        List<Detection> found = answer.detections().objects();
        cases.add(new ExpectedBoxes.Case(scene, named ? found : nameless(found)));
      }
      own = onnx.spec();
      HeadLayout layout = own.layout();
      hints = new Structures.Hints(layout.classes(), anchors(layout));
    }
    if (cases.stream().allMatch(c -> c.boxes().isEmpty())) {
      notes.add("the reference finds nothing on these pictures; give pictures that show objects");
    }
    return new Proof(
        new ExpectedBoxes(richest(cases), REFERENCE_CONFIDENCE),
        hints,
        new RawOutputs(scenes, answers),
        own);
  }

  /** An ONNX without names says nothing of classes but their numbers. */
  private static List<Detection> nameless(List<Detection> found) {
    return found.stream().map(d -> new Detection("", d.classId(), d.score(), d.box())).toList();
  }

  /** The outputs that the IR has, so that they can be compared; the heads where that cannot be. */
  private static OnnxSubject open(
      ConvertOptions chosen, ConvertOptions otherwise, DetectOptions detect) {
    try {
      return OnnxSubject.open(chosen, detect);
    } catch (ModelException e) {
      return OnnxSubject.open(otherwise, detect);
    }
  }

  private static List<List<Anchor>> anchors(HeadLayout layout) {
    List<Head> heads = layout.heads();
    return heads.stream().anyMatch(h -> h.anchors().isEmpty())
        ? List.of()
        : heads.stream().map(Head::anchors).toList();
  }

  private static <T> List<T> some(List<T> all) {
    return all.subList(0, Math.min(MOST_SEARCHED, all.size()));
  }
}
