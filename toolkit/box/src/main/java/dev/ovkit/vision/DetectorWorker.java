package dev.ovkit.vision;

import dev.ovkit.ModelException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.network.Postprocessor;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.ElementType;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One infer request and the memory to feed and read it; used by one thread at a time. */
final class DetectorWorker {
  private final DetectorSpec spec;
  private final InferRequest request;
  private final Picture memory;
  private final Postprocessor postprocessor;
  private final ByteBuffer input;
  private final List<FloatBuffer> outputs = new ArrayList<>();

  DetectorWorker(
      CompiledModel compiled,
      DetectorSpec spec,
      DetectOptions options,
      int bitDepth,
      HeadLayout.DecoderFactory decoders) {
    this.spec = spec;
    this.request = compiled.createRequest();
    this.input = request.input(0).bytes();
    requireInput(spec, request.input(0));
    this.postprocessor =
        new Postprocessor(spec, options, name -> floats(name).shape().dimensions(), decoders);
    for (String name : postprocessor.outputs()) {
      outputs.add(floats(name).floats());
    }
    this.memory = Picture.empty(bitDepth);
  }

  private static void requireInput(DetectorSpec spec, Tensor input) {
    List<Long> wanted = List.of(1L, (long) spec.inputHeight(), (long) spec.inputWidth(), 3L);
    if (!input.shape().dimensions().equals(wanted)) {
      throw new ModelException(
          "the IR takes pictures of %s, but its metadata says %dx%d; convert the model again"
              .formatted(input.shape().bracketed(), spec.inputWidth(), spec.inputHeight()));
    }
  }

  private Tensor floats(String output) {
    Tensor tensor = request.output(output);
    if (tensor.type() != ElementType.F32) {
      throw new ModelException(
          "output '%s' is %s, expected F32; convert the model with ovkit"
              .formatted(output, tensor.type()));
    }
    return tensor;
  }

  Detections detect(Path picture) {
    long start = System.nanoTime();
    memory.load(picture);
    return detectDecoded(memory, start, System.nanoTime());
  }

  Detections detect(byte[] encoded) {
    long start = System.nanoTime();
    memory.load(encoded);
    return detectDecoded(memory, start, System.nanoTime());
  }

  Detections detect(Picture picture) {
    long start = System.nanoTime();
    return detectDecoded(picture, start, start);
  }

  Detections detect(Frame frame) {
    long start = System.nanoTime();
    Letterbox letterbox = letterbox(frame.width(), frame.height());
    memory.letterbox(frame, letterbox, spec.resize(), input);
    return infer(letterbox, start, start);
  }

  Detections detect(Picture.Source pixels) {
    long start = System.nanoTime();
    Letterbox letterbox = letterbox(pixels.width(), pixels.height());
    pixels.letterbox(letterbox, spec.resize(), input.duplicate());
    return infer(letterbox, start, start);
  }

  private Detections detectDecoded(Picture picture, long start, long decoded) {
    Letterbox letterbox = letterbox(picture.width(), picture.height());
    picture.letterbox(letterbox, spec.resize(), input);
    memory.trim();
    return infer(letterbox, start, decoded);
  }

  private Letterbox letterbox(int width, int height) {
    return Letterbox.of(width, height, spec.inputWidth(), spec.inputHeight(), spec.resize().mode());
  }

  private Detections infer(Letterbox letterbox, long start, long decoded) {
    long ready = System.nanoTime();
    request.infer();
    long inferred = System.nanoTime();
    Detections found = postprocessor.run(outputs, letterbox);
    return found.withTimings(
        new Detections.Timings(
            Duration.ofNanos(decoded - start),
            Duration.ofNanos(ready - decoded),
            Duration.ofNanos(inferred - ready),
            Duration.ofNanos(System.nanoTime() - inferred)));
  }

  void close() {
    memory.close();
    request.close();
  }
}
