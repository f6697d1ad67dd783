package dev.ovkit.diagnose;

import dev.ovkit.ModelException;
import dev.ovkit.PictureException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Why the boxes of an IR are wrong, or that they are not.
 *
 * @param verdict what was found
 * @param sentence the verdict for people
 * @param present the IR as its metadata and ovkit's assumptions have it read; empty if they cannot
 * @param explanation the reading whose boxes fit, if it is another one
 * @param equal other single changes whose boxes fit as well, so that these pictures do not
 *     distinguish them apart
 * @param trials everything that was tried, best first
 * @param commands the commands that fix it
 * @param notes what else is known: assumptions, figures of the raw outputs, limits of the evidence
 * @param changes the boxes before and after, on a few pictures
 */
public record Diagnosis(
    Verdict verdict,
    String sentence,
    Optional<Trial> present,
    Optional<Trial> explanation,
    List<Trial> equal,
    List<Trial> trials,
    List<String> commands,
    List<String> notes,
    List<PictureChange> changes) {

  /** What a diagnosis ends in. */
  public enum Verdict {
    /** The boxes are right. */
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
    changes = List.copyOf(changes);
  }

  /**
   * Finds out.
   *
   * @throws ModelException when the IR, the expected boxes or the reference cannot be read
   * @throws PictureException when no picture can; if some can, the others are noted
   */
  public static Diagnosis of(Question question) {
    IrDescription ir = IrDescription.read(question.ir());
    List<PictureAnswers> scenes = new ArrayList<>();
    try (Network network = Network.open(ir)) {
      List<String> notes = new ArrayList<>();
      read(question, scenes, notes);
      CurrentReading present = new CurrentReading(ir, network, notes);
      try (Proof proof = Proofs.of(question, ir, present.spec, scenes, notes)) {
        return new Investigation(
                question,
                ir,
                network,
                scenes,
                present,
                proof,
                new Judgement(proof.evidence()),
                notes)
            .run();
      }
    } finally {
      scenes.forEach(PictureAnswers::close);
    }
  }

  private static void read(Question question, List<PictureAnswers> scenes, List<String> notes) {
    List<PictureException> broken = new ArrayList<>();
    for (Path picture : question.pictures()) {
      try {
        scenes.add(new PictureAnswers(picture, Picture.read(picture, question.bitDepth())));
      } catch (PictureException e) {
        broken.add(e);
        notes.add("Skipped: " + e.getMessage());
      }
    }
    if (scenes.isEmpty() && !broken.isEmpty()) {
      throw broken.get(0);
    }
  }
}
