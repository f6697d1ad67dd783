package dev.ovkit.cli.option;

import dev.ovkit.model.DetectOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which boxes count. */
public final class ThresholdOptions {

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description =
          "Lowest score of a box, 0..1. Default: the threshold stored in the model, or 0.25 if it has none.")
  private @Nullable Float confidence;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      description =
          "Overlap (IoU) above which the weaker of two boxes is dropped, 0..1. Default: the threshold stored in the model, or 0.45 if it has none.")
  private @Nullable Float iou;

  @Option(
      names = "--max-det",
      paramLabel = "N",
      description =
          "Largest number of boxes per picture; the boxes with the highest scores are kept. Default: 300.")
  private @Nullable Integer maxDetections;

  /** Whether an overlap was given. */
  public boolean givesIou() {
    return iou != null;
  }

  /** Returns the options with what was given here in place of what they say. */
  public DetectOptions applyTo(DetectOptions options) {
    return new DetectOptions(
        confidence == null ? options.confidence() : Optional.of(confidence),
        iou == null ? options.iou() : Optional.of(iou),
        maxDetections == null ? options.maxDetections() : maxDetections,
        options.maxCandidates(),
        options.classes(),
        options.agnostic());
  }
}
