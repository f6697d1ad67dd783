package dev.ovkit.convert;

import dev.ovkit.OptionException;
import dev.ovkit.family.Families;
import dev.ovkit.family.FoundDetector;
import dev.ovkit.family.PictureInput;
import dev.ovkit.family.Recognition;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.StandardInput;
import dev.ovkit.runtime.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The model with a size and an input of the usual form, and what it was recognised as.
 *
 * @param grey whether the file itself takes one channel
 * @param whole whether the file itself takes whole numbers
 * @param wasOpen whether the file leaves the size open
 * @param decisions what was taken where the file leaves it open, and what was changed
 */
record InputPlan(
    OnnxModel model,
    boolean grey,
    boolean whole,
    boolean wasOpen,
    Recognition recognition,
    List<Decision> decisions) {

  /** What YOLO models are trained at where nothing says otherwise. */
  private static final long USUAL_SIZE = 640;

  InputPlan {
    decisions = List.copyOf(decisions);
  }

  /** What kind of detector a model is, at the size that a conversion without options gives it. */
  static Recognition recognise(OnnxModel read, Families families) {
    return of(read, ConvertOptions.of(Path.of(read.file())), families).recognition();
  }

  /**
   * Closes a size that the exporter left open: a static graph is faster and steady in memory. A
   * model that is not recognised keeps the inputs that a caller can give.
   */
  static InputPlan of(OnnxModel whole, ConvertOptions options, Families families) {
    PictureInput asItIs = new PictureInput(whole, List.of(), whole.outputs());
    Optional<String> several = severalPictures(options);
    if (several.isPresent()) {
      return closed(asItIs, options, families).refused(several.get());
    }
    PictureInput picture = PictureInput.of(whole);
    StandardInput standard = StandardInput.of(picture.model());
    InputPlan plan = closed(picture.with(standard.model()), options, families);
    if (plan.detector().isEmpty()) {
      return standard.changes().isEmpty() && picture.fixed().isEmpty()
          ? plan
          : closed(asItIs, options, families).refused(plan.recognition());
    }
    List<Decision> decisions = new ArrayList<>();
    if (!standard.changes().isEmpty()) {
      decisions.add(
          Decision.of(
              Decision.Kind.INPUT, String.join("; ", standard.changes()), Reason.USUAL_INPUT));
    }
    decisions.addAll(plan.decisions());
    return new InputPlan(
        plan.model(),
        standard.grey(),
        standard.whole(),
        plan.wasOpen(),
        plan.recognition(),
        decisions);
  }

  private static InputPlan of(
      OnnxModel model, boolean wasOpen, Recognition recognition, List<Decision> decisions) {
    return new InputPlan(
        recognition.detector().map(detector -> detector.completed(model)).orElse(model),
        false,
        false,
        wasOpen,
        recognition,
        decisions);
  }

  private InputPlan refused(String reason) {
    return refused(Recognition.refused(reason));
  }

  private InputPlan refused(Recognition other) {
    return new InputPlan(model, false, false, wasOpen, other, decisions);
  }

  /**
   * Why a batch that was asked for makes no detector; who names the outputs gets it all the same.
   */
  private static Optional<String> severalPictures(ConvertOptions options) {
    Optional<Shape> asked =
        options.inputShape().filter(shape -> shape.rank() == 4 && shape.dimension(0) > 1);
    if (asked.isPresent() && !options.outputs().areNamed()) {
      throw new OptionException(
          "--input-shape %s: the batch must be 1, for infer gives a model one picture at a time; --output none converts with this batch for another program"
              .formatted(commas(asked.get())));
    }
    return asked.map(shape -> "it was given a batch of " + shape.dimension(0));
  }

  private static InputPlan closed(PictureInput picture, ConvertOptions options, Families families) {
    OnnxModel read = picture.model();
    if (!isOpen(read)) {
      return of(read, false, families.recognise(picture), List.of());
    }
    Shape open = read.inputs().get(0).shape();
    if (options.inputShape().isPresent()) {
      Shape asked = options.inputShape().get();
      PictureInput closed = picture.withShape(asked);
      InputPlan plan =
          of(
              closed.model(),
              true,
              families.recognise(closed),
              List.of(
                  Decision.of(
                      Decision.Kind.INPUT, asked, Reason.ASKED_WHERE_OPEN, String.valueOf(open))));
      plan.checkStrides(options);
      return plan;
    }
    if (open != null && open.rank() == 4) {
      List<Long> noted = imageSize(read);
      Shape shape = closed(open, noted);
      PictureInput closed = picture.withShape(shape);
      Recognition recognition = families.recognise(closed);
      if (!recognition.isDetector()) {
        return of(read, true, recognition, List.of());
      }
      Reason reason =
          open.dimension(2) > 0 && open.dimension(3) > 0
              ? Reason.OPEN_BATCH
              : noted.isEmpty() ? Reason.OPEN_SIZE : Reason.OPEN_SIZE_NOTED;
      return of(
          closed.model(),
          true,
          recognition,
          List.of(Decision.of(Decision.Kind.INPUT, shape, reason, open)));
    }
    return of(read, true, families.recognise(picture), List.of());
  }

  private static boolean isOpen(OnnxModel model) {
    return model.inputs().size() == 1 && !model.inputs().get(0).isStatic();
  }

  private static Shape closed(Shape open, List<Long> noted) {
    long height =
        open.dimension(2) > 0 ? open.dimension(2) : noted.isEmpty() ? USUAL_SIZE : noted.get(0);
    long width =
        open.dimension(3) > 0 ? open.dimension(3) : noted.isEmpty() ? USUAL_SIZE : noted.get(1);
    return Shape.of(
        Math.max(1, open.dimension(0)),
        open.dimension(1) > 0 ? open.dimension(1) : 3,
        height,
        width);
  }

  /** Ultralytics notes height and width as {@code [640, 640]}, or one side for both. */
  private static List<Long> imageSize(OnnxModel model) {
    List<Long> sides =
        Pattern.compile("\\d{1,5}")
            .matcher(model.metadata().getOrDefault("imgsz", ""))
            .results()
            .map(match -> Long.valueOf(match.group()))
            .toList();
    return sides.size() == 1
        ? List.of(sides.get(0), sides.get(0))
        : sides.size() == 2 ? sides : List.of();
  }

  Optional<FoundDetector> detector() {
    return recognition.detector();
  }

  /** The shape that was set where the file leaves it open; else the one that was asked for. */
  Optional<Shape> shape(ConvertOptions options) {
    return wasOpen && !isOpen(model)
        ? Optional.ofNullable(model.inputs().get(0).shape())
        : options.inputShape();
  }

  /** Refuses a shape that the caller asked for and that the strides do not divide. */
  void checkStrides(ConvertOptions options) {
    Shape shape = options.inputShape().orElseThrow();
    int largest =
        detector().stream().flatMap(d -> d.strides().stream()).mapToInt(s -> s).max().orElse(1);
    if (shape.rank() == 4
        && (shape.dimension(2) % largest != 0 || shape.dimension(3) % largest != 0)) {
      throw new OptionException(
          "--input-shape %s: height and width must be multiples of %d, the largest stride of '%s'; try %s"
              .formatted(
                  commas(shape),
                  largest,
                  options.onnx(),
                  commas(
                      Shape.of(
                          shape.dimension(0),
                          shape.dimension(1),
                          nextMultiple(shape.dimension(2), largest),
                          nextMultiple(shape.dimension(3), largest)))));
    }
  }

  private static long nextMultiple(long value, int of) {
    return Math.max(1, (value + of / 2) / of) * of;
  }

  private static String commas(Shape shape) {
    return shape.dimensions().stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
