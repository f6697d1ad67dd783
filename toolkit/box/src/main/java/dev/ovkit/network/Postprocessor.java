package dev.ovkit.network;

import dev.ovkit.head.Candidates;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.picture.Letterbox;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * From a network's outputs to detections: threshold, decode, suppress, map back, clip.
 *
 * <p>Suppression runs in the input's coordinates, before boxes are clipped to the picture, as in
 * Ultralytics and YOLOX, with which detectors are trained and measured.
 *
 * <p>It serves any runtime that can show its outputs as f32. One picture at a time: it keeps its
 * working memory, so that the steady state allocates nothing but the result. Not for several
 * threads at once.
 */
public final class Postprocessor {

  private final DetectorSpec spec;
  private final Selection usual;
  private final HeadLayout.HeadDecoder decoder;
  private final Candidates candidates = new Candidates();
  private final NonMaximumSuppression suppression = new NonMaximumSuppression();

  /** What is wanted, with what the IR says where the options say nothing. */
  private record Selection(
      DetectOptions options, float confidence, float iou, boolean[] wantedClasses) {

    static Selection of(DetectorSpec spec, DetectOptions options) {
      boolean[] wanted = new boolean[spec.layout().classes()];
      for (int classId : options.classes()) {
        wanted[spec.requireClass(classId)] = true;
      }
      return new Selection(
          options,
          options.confidence().orElse(spec.confidenceThreshold()),
          options.iou().orElse(spec.iouThreshold()),
          wanted);
    }
  }

  /**
   * Prepares for one model.
   *
   * @param shapes the shape of an output by its name, as the model has it
   * @throws dev.ovkit.ModelException when a shape does not fit the spec
   */
  public Postprocessor(
      DetectorSpec spec, DetectOptions options, Function<String, List<Long>> shapes) {
    this(spec, options, shapes, spec.layout().decoders(null));
  }

  /** The same with decoders that were made ready for an IR. */
  public Postprocessor(
      DetectorSpec spec,
      DetectOptions options,
      Function<String, List<Long>> shapes,
      HeadLayout.DecoderFactory decoders) {
    this.spec = spec;
    this.usual = Selection.of(spec, options);
    this.decoder =
        decoders.create(new InputSize(spec.inputWidth(), spec.inputHeight()), shapes::apply);
  }

  /** Returns the names of the outputs to be given to {@link #run}, in its order. */
  public List<String> outputs() {
    return spec.layout().outputs();
  }

  /** Returns the confidence in force. */
  public float confidence() {
    return usual.confidence();
  }

  /** Returns the IoU threshold in force. */
  public float iou() {
    return usual.iou();
  }

  /**
   * Finds the detections of one picture.
   *
   * @param tensors the outputs in the order of {@link #outputs}; read by index, not moved
   * @param letterbox where the picture lay in the input
   */
  public Detections run(List<FloatBuffer> tensors, Letterbox letterbox) {
    return run(tensors, letterbox, usual);
  }

  /**
   * Finds those of the detections of one picture that are wanted for it alone.
   *
   * @throws dev.ovkit.OptionException when the model has no such class
   */
  public Detections run(List<FloatBuffer> tensors, Letterbox letterbox, DetectOptions wanted) {
    return run(tensors, letterbox, wanted == usual.options() ? usual : Selection.of(spec, wanted));
  }

  private Detections run(List<FloatBuffer> tensors, Letterbox letterbox, Selection selection) {
    DetectOptions options = selection.options();
    candidates.clear();
    decoder.decode(tensors, selection.confidence(), candidates);
    if (!options.classes().isEmpty()) {
      dropUnwanted(selection.wantedClasses());
    }
    if (spec.layout().isSuppressed()) {
      suppression.rank(candidates, options.maxDetections());
    } else {
      suppression.run(
          candidates,
          spec.layout().classes(),
          selection.iou(),
          options.agnostic(),
          options.maxCandidates(),
          options.maxDetections());
    }
    List<Detection> found = new ArrayList<>(suppression.keptCount());
    for (int i = 0; i < suppression.keptCount(); i++) {
      addOnPicture(suppression.kept(i), tensors, letterbox, found);
    }
    return new Detections(
        spec.task(),
        letterbox.sourceWidth(),
        letterbox.sourceHeight(),
        found,
        candidates.count,
        suppression.leftOut(),
        candidates.strayClass < 0 ? OptionalInt.empty() : OptionalInt.of(candidates.strayClass),
        Detections.Timings.NONE);
  }

  private void dropUnwanted(boolean[] wanted) {
    int kept = 0;
    for (int i = 0; i < candidates.count; i++) {
      if (wanted[candidates.classId[i]]) {
        candidates.move(i, kept++);
      }
    }
    candidates.count = kept;
  }

  private void addOnPicture(
      int i, List<FloatBuffer> tensors, Letterbox letterbox, List<Detection> found) {
    Box box = decoder.box(i, candidates, letterbox);
    Detection whole =
        box == null ? null : decoder.complete(named(i, box), i, candidates, tensors, letterbox);
    if (whole != null) {
      found.add(whole);
    }
  }

  private Detection named(int i, Box box) {
    int classId = candidates.classId[i];
    return new Detection(spec.label(classId), classId, candidates.score[i], box);
  }
}
