package dev.ovkit.quantize;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.PictureDifference;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.Verifier;
import dev.ovkit.verify.VerifyOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** Holds 8-bit models against the f32 one that they were made of. */
final class Gate {

  private final Path reference;
  private final Check check;
  private final int bitDepth;
  private final QuantizeListener listener;
  private OptionalDouble before = OptionalDouble.empty();

  Gate(Path reference, Check check, int bitDepth, QuantizeListener listener) {
    this.reference = reference;
    this.check = check;
    this.bitDepth = bitDepth;
    this.listener = listener;
  }

  Verdict judge(Path candidate) {
    if (check.truth().isEmpty()) {
      return boxes(candidate);
    }
    GroundTruth truth = check.truth().get();
    if (before.isEmpty()) {
      before = OptionalDouble.of(map(reference, truth, "accuracy of f32"));
    }
    return new Verdict(
        Verdict.Measure.MAP,
        before.getAsDouble(),
        map(candidate, truth, "accuracy of INT8"),
        check.drop(),
        truth.pictures().size());
  }

  private double map(Path ir, GroundTruth truth, String stage) {
    DetectorOptions options =
        DetectorOptions.defaults()
            .withBitDepth(bitDepth)
            .withCompile(CompileOptions.defaults().withHint(CompileOptions.Hint.THROUGHPUT))
            .withDetect(
                DetectOptions.defaults()
                    .withConfidence(CocoEvaluation.CONFIDENCE)
                    .withIou(CocoEvaluation.IOU)
                    .withMaxDetections(CocoEvaluation.MOST_BOXES));
    listener.begins(stage, truth.pictures().size());
    try (Detector detector = Detector.open(ir, options)) {
      double map =
          CocoEvaluation.run(
                  truth,
                  ClassMapping.of(detector.spec(), truth),
                  detector::detect,
                  detector.requests(),
                  listener::step)
              .metrics()
              .map();
      if (Double.isNaN(map)) {
        throw new OptionException(
            "'%s' has no objects to measure accuracy with".formatted(truth.source()));
      }
      return map;
    }
  }

  private Verdict boxes(Path candidate) {
    listener.begins("boxes of INT8 and f32", check.pictures().size());
    Verification verification =
        Verifier.verify(
            VerifyOptions.of(reference, candidate),
            PictureSource.of(check.pictures(), bitDepth),
            listener::step);
    int all = 0;
    int agreed = 0;
    for (PictureDifference one : verification.pictures()) {
      all += one.pairs().size() + one.onlyFirst().size() + one.onlySecond().size();
      agreed += one.pairs().size() - one.apart().size();
    }
    if (all == 0) {
      throw new OptionException(
          "neither model finds anything on the %d check pictures; give pictures that show objects"
              .formatted(check.pictures().size()));
    }
    return new Verdict(
        Verdict.Measure.BOXES,
        1,
        (double) agreed / all,
        check.drop(),
        verification.pictures().size());
  }
}
