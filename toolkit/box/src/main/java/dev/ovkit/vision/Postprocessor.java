package dev.ovkit.vision;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * From a network's outputs to detections: threshold, decode, suppress, map back, clip.
 *
 * <p>It serves any runtime that can show its outputs as f32. One picture at a time: it keeps its
 * working memory, so that the steady state allocates nothing but the result. Not for several
 * threads at once.
 */
public final class Postprocessor {

  private final DetectorSpec spec;
  private final DetectOptions options;
  private final float confidence;
  private final float iou;
  private final boolean[] wanted;
  private final List<HeadReader> readers;
  private final List<String> outputs;
  private final Candidates candidates = new Candidates();
  private final NonMaximumSuppression suppression = new NonMaximumSuppression();

  /**
   * Prepares for one model.
   *
   * @param shapes the shape of an output by its name, as the model has it
   * @throws dev.ovkit.ModelException when a shape does not fit the spec
   */
  public Postprocessor(
      DetectorSpec spec, DetectOptions options, Function<String, List<Long>> shapes) {
    this.spec = spec;
    this.options = options;
    Float chosen = options.confidence();
    this.confidence = chosen == null ? spec.confidenceThreshold() : chosen;
    Float overlap = options.iou();
    this.iou = overlap == null ? spec.iouThreshold() : overlap;
    this.readers = HeadReader.of(spec, shapes::apply);
    this.outputs = readers.stream().map(HeadReader::output).toList();
    this.wanted = new boolean[spec.layout().classes()];
    for (int classId : options.classes()) {
      wanted[spec.requireClass(classId)] = true;
    }
  }

  /** Returns the names of the outputs to be given to {@link #run}, in its order. */
  public List<String> outputs() {
    return outputs;
  }

  /** Returns the confidence in force. */
  public float confidence() {
    return confidence;
  }

  /** Returns the IoU threshold in force. */
  public float iou() {
    return iou;
  }

  /**
   * Finds the detections of one picture.
   *
   * @param tensors the outputs in the order of {@link #outputs}; read by index, not moved
   * @param letterbox where the picture lay in the input
   */
  public Detections run(List<FloatBuffer> tensors, Letterbox letterbox) {
    candidates.clear();
    for (int i = 0; i < readers.size(); i++) {
      readers.get(i).read(tensors.get(i), confidence, candidates);
    }
    if (!options.classes().isEmpty()) {
      keepClasses();
    }
    suppression.run(
        candidates,
        spec.layout().classes(),
        iou,
        options.agnostic(),
        options.maxCandidates(),
        options.maxDetections());
    List<Detection> found = new ArrayList<>(suppression.keptCount());
    for (int i = 0; i < suppression.keptCount(); i++) {
      add(suppression.kept(i), letterbox, found);
    }
    return new Detections(
        letterbox.sourceWidth(),
        letterbox.sourceHeight(),
        found,
        candidates.count,
        suppression.leftOut(),
        Detections.Timings.NONE);
  }

  private void keepClasses() {
    int kept = 0;
    for (int i = 0; i < candidates.count; i++) {
      if (wanted[candidates.classId[i]]) {
        candidates.move(i, kept++);
      }
    }
    candidates.count = kept;
  }

  /** Adds a box, clipped to the picture; one that lies wholly in the border is none. */
  private void add(int candidate, Letterbox letterbox, List<Detection> found) {
    double x1 = clip(letterbox.sourceX(candidates.x1[candidate]), letterbox.sourceWidth());
    double y1 = clip(letterbox.sourceY(candidates.y1[candidate]), letterbox.sourceHeight());
    double x2 = clip(letterbox.sourceX(candidates.x2[candidate]), letterbox.sourceWidth());
    double y2 = clip(letterbox.sourceY(candidates.y2[candidate]), letterbox.sourceHeight());
    if (x2 > x1 && y2 > y1) {
      int classId = candidates.classId[candidate];
      found.add(
          new Detection(
              spec.label(classId),
              classId,
              candidates.score[candidate],
              new Box((float) x1, (float) y1, (float) (x2 - x1), (float) (y2 - y1))));
    }
  }

  private static double clip(double value, int most) {
    return Math.max(0, Math.min(most, value));
  }
}
