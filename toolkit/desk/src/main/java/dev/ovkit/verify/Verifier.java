package dev.ovkit.verify;

import dev.ovkit.PictureException;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.family.Families;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.subject.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Compares two models on the same pictures. */
public final class Verifier {

  /**
   * Real pictures show fewer objects (COCO's measure looks at 100). A model that finds more finds
   * noise, as one with random weights does, and there rounding moves boxes at will.
   */
  private static final int NOISE = 100;

  /** What is tried where nothing reaches the usual confidence. */
  private static final List<Double> LOWER = List.of(0.1, 0.03, 0.01, 0.001);

  /**
   * Runs both models on every picture and compares raw outputs and boxes.
   *
   * <p>An ONNX runs in ONNX Runtime, cut at the IR's outputs where these have names in it, and
   * prepared as its family requires; an IR runs in OpenVINO, prepared as its metadata says. Both
   * compute in f32.
   *
   * @param step called after each picture
   * @throws dev.ovkit.ModelException if one of the two is no detector that can be run
   * @throws PictureException if not one of the pictures can be read
   */
  public static Verification verify(
      VerifyOptions options, List<PictureSource> pictures, Runnable step) {
    return verify(options, pictures, step, Families.ALL, Layouts.ALL);
  }

  /** The same where an ONNX is of one of these families, and an IR has one of these layouts. */
  public static Verification verify(
      VerifyOptions options,
      List<PictureSource> pictures,
      Runnable step,
      Families families,
      List<LayoutFormat> layouts) {
    Verification usual;
    try (ModelPair contest = ModelPair.open(options, families, layouts)) {
      usual = verify(contest, pictures, step);
    }
    boolean generated = pictures.stream().allMatch(PictureSource.Generated.class::isInstance);
    return generated || !usual.holds() || usual.matched() > 0
        ? usual
        : lower(usual, options, pictures, families, layouts);
  }

  /** No object here and none there is no verdict, so weaker ones are compared. */
  private static Verification lower(
      Verification usual,
      VerifyOptions options,
      List<PictureSource> pictures,
      Families families,
      List<LayoutFormat> layouts) {
    for (double confidence : LOWER) {
      if (confidence < usual.threshold()) {
        try (ModelPair contest =
            ModelPair.open(options.withConfidence(confidence), families, layouts)) {
          Verification weaker = verify(contest, pictures, () -> {});
          if (!weaker.holds() || weaker.matched() > 0) {
            return weaker.withNote(
                "no object reaches the score %s in either model: those from %s on are compared"
                    .formatted(usual.threshold(), confidence));
          }
        }
      }
    }
    return usual.withFinding(
        new Finding(
            Finding.Kind.NOTHING_COMPARED,
            "no boxes were compared: neither model finds an object on these pictures, at no score; give pictures that show objects"));
  }

  private static Verification verify(
      ModelPair contest, List<PictureSource> sources, Runnable step) {
    RawComparison raw = new RawComparison(contest);
    BoxComparison boxes = new BoxComparison(contest.threshold, contest.tolerance);
    List<PictureDifference> pictures = new ArrayList<>();
    List<Verification.Unreadable> unreadable = new ArrayList<>();
    for (PictureSource source : sources) {
      try (Picture picture = source.open()) {
        Answer first = contest.first.answer(picture);
        Answer second = contest.second.answer(picture);
        pictures.add(
            boxes.of(
                source,
                first.detections().objects(),
                second.detections().objects(),
                contest.first::candidates,
                contest.second::candidates));
        raw.add(picture, first, second);
      } catch (PictureException e) {
        unreadable.add(new Verification.Unreadable(source.name(), String.valueOf(e.getMessage())));
      }
      step.run();
    }
    if (pictures.isEmpty()) {
      throw new PictureException(
          unreadable.size() == 1
              ? unreadable.get(0).why()
              : "none of the %d pictures can be read; the first one: %s"
                  .formatted(
                      sources.size(), unreadable.isEmpty() ? "none" : unreadable.get(0).why()));
    }
    return new Verification(
        side(contest.first),
        side(contest.second),
        contest.precision,
        contest.tolerance,
        contest.threshold,
        raw.differences(),
        pictures,
        unreadable,
        findings(contest, raw, pictures),
        notes(contest, raw, pictures));
  }

  private static Verification.Side side(Subject subject) {
    return new Verification.Side(subject.file().toString(), subject.engine());
  }

  /** Whether the boxes of a picture say something; where raw outputs cannot, they always do. */
  private static boolean isJudged(PictureDifference picture, RawComparison raw) {
    return !raw.decides() || Math.max(picture.first().size(), picture.second().size()) < NOISE;
  }

  private static List<String> notes(
      ModelPair contest, RawComparison raw, List<PictureDifference> pictures) {
    List<String> notes = new ArrayList<>(contest.notes);
    if (!raw.unpaired().isEmpty()) {
      notes.add(
          "no output of '%s' has the name or the shape of %s of '%s': only the boxes are compared"
              .formatted(
                  contest.second.file(), String.join(", ", raw.unpaired()), contest.first.file()));
    }
    long noisy = pictures.stream().filter(p -> !isJudged(p, raw)).count();
    if (noisy > 0) {
      notes.add(
          "on %d of %d pictures a model finds %d boxes or more, which is noise: only raw outputs count there"
              .formatted(noisy, pictures.size(), NOISE));
    }
    return notes;
  }

  private static List<Finding> findings(
      ModelPair contest, RawComparison raw, List<PictureDifference> pictures) {
    List<Finding> findings = new ArrayList<>(contest.findings);
    findings.addAll(raw.findings());
    boolean boxesHold = pictures.stream().allMatch(p -> p.holds() || !isJudged(p, raw));
    if (!boxesHold) {
      findings.add(boxes(contest, pictures));
      if (raw.findings().isEmpty()) {
        contest.hints.forEach(hint -> findings.add(new Finding(Finding.Kind.CAUSE, hint)));
      }
    }
    boolean found = pictures.stream().anyMatch(p -> !p.pairs().isEmpty()) || !boxesHold;
    boolean rawCounts =
        !raw.differences().isEmpty() && Double.isFinite(contest.tolerance.relativeL2());
    if (!found && !rawCounts) {
      findings.add(
          new Finding(
              Finding.Kind.NOTHING_COMPARED,
              "nothing could be compared: no raw outputs match or count, and neither model finds an"
                  + " object on these pictures; give pictures that show objects"));
    }
    return findings.stream()
        .distinct()
        .sorted(Comparator.comparing(Finding::kind)) // what differs, then why
        .toList();
  }

  private static Finding boxes(ModelPair contest, List<PictureDifference> pictures) {
    int onlyFirst = pictures.stream().mapToInt(p -> p.onlyFirst().size()).sum();
    int onlySecond = pictures.stream().mapToInt(p -> p.onlySecond().size()).sum();
    List<MatchedPair> pairs = pictures.stream().flatMap(p -> p.pairs().stream()).toList();
    long apart = pictures.stream().mapToLong(p -> p.apart().size()).sum();
    long where = pictures.stream().filter(p -> !p.holds()).count();
    StringBuilder text =
        new StringBuilder("boxes differ on %d of %d pictures:".formatted(where, pictures.size()));
    text.append(" %d in both".formatted(pairs.size()));
    if (onlyFirst > 0) {
      text.append(", %d only in '%s'".formatted(onlyFirst, contest.first.file()));
    }
    if (onlySecond > 0) {
      text.append(", %d only in '%s'".formatted(onlySecond, contest.second.file()));
    }
    if (apart > 0) {
      double mean = pairs.stream().mapToDouble(MatchedPair::scoreDifference).average().orElse(0);
      double least = pairs.stream().mapToDouble(MatchedPair::iou).min().orElse(1);
      text.append(
          String.format(
              Locale.ROOT,
              ", %d beyond the tolerance (scores %s by %.3f on average, smallest IoU %.3f)",
              apart,
              mean < 0 ? "lower" : "higher",
              Math.abs(mean),
              least));
      pictures.stream()
          .flatMapToDouble(p -> p.smallestMaskIou().stream())
          .min()
          .ifPresent(
              iou -> text.append(String.format(Locale.ROOT, ", smallest IoU of masks %.3f", iou)));
      pictures.stream()
          .flatMapToDouble(p -> p.farthestKeyPoint().stream())
          .max()
          .ifPresent(
              away ->
                  text.append(
                      String.format(Locale.ROOT, ", key points up to %.1f pixels away", away)));
    }
    return new Finding(Finding.Kind.BOXES, text.toString());
  }

  private Verifier() {}
}
