package dev.ovkit.subject;

import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.network.Postprocessor;
import dev.ovkit.picture.Letterbox;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Function;

/** Reads boxes from raw outputs, and remembers the outputs in case the suppressed ones matter. */
final class BoxReader {

  private final Postprocessor suppressing;
  private final Postprocessor keeping;
  private List<FloatBuffer> lastTensors = List.of();
  private Letterbox lastLetterbox = Letterbox.of(1, 1, 1, 1, Resize.Mode.STRETCH);

  BoxReader(
      DetectorSpec spec,
      DetectOptions options,
      Function<String, List<Long>> shapes,
      HeadLayout.DecoderFactory decoders) {
    this.suppressing = new Postprocessor(spec, options, shapes, decoders);
    this.keeping =
        new Postprocessor(
            spec, options.withIou(1).withMaxDetections(options.maxCandidates()), shapes, decoders);
  }

  List<String> outputs() {
    return suppressing.outputs();
  }

  Detections read(List<FloatBuffer> tensors, Letterbox letterbox) {
    lastTensors = tensors;
    lastLetterbox = letterbox;
    return suppressing.run(tensors, letterbox);
  }

  /** Every box of the picture read last, suppressed ones too. */
  List<Detection> candidates() {
    return keeping.run(lastTensors, lastLetterbox).objects();
  }
}
