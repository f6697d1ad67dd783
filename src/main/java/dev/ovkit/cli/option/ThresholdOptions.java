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
      description = "Lowest score, 0..1. Default: the model's own, else 0.25.")
  private @Nullable Float confidence;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      description =
          "Overlap (IoU) above which the weaker of two boxes is dropped, 0..1. Default: the model's"
              + " own, else 0.45.")
  private @Nullable Float iou;

  @Option(
      names = "--max-det",
      paramLabel = "N",
      description = "Most boxes per picture; the best are kept. Default: 300.")
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
