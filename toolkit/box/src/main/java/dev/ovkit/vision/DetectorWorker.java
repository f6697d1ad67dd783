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
  private final DetectOptions options;
  private final HeadLayout.DecoderFactory decoders;
  private final InferRequest request;
  private final Picture memory;
  private final ByteBuffer input;

  /** Whether an output has another size from picture to picture, as with suppression inside. */
  private final boolean open;

  private Postprocessor postprocessor;
  private List<List<Long>> shapes;
  private final List<FloatBuffer> outputs = new ArrayList<>();

  DetectorWorker(
      CompiledModel compiled,
      DetectorSpec spec,
      DetectOptions options,
      int bitDepth,
      HeadLayout.DecoderFactory decoders) {
    this.spec = spec;
    this.options = options;
    this.decoders = decoders;
    this.request = compiled.createRequest();
    this.input = request.input(0).bytes();
    requireInput(spec, request.input(0));
    this.open = compiled.outputs().stream().anyMatch(port -> !port.shape().isStatic());
    if (open) {
      request.infer(); // an output that does not fit is refused now, not on the first picture
    }
    this.postprocessor = postprocessor();
    List<Tensor> first = tensors();
    this.shapes = shapes(first);
    first.forEach(tensor -> outputs.add(tensor.floats()));
    this.memory = Picture.empty(bitDepth);
  }

  private Postprocessor postprocessor() {
    return new Postprocessor(spec, options, name -> floats(name).shape().dimensions(), decoders);
  }

  private List<Tensor> tensors() {
    return postprocessor.outputs().stream().map(this::floats).toList();
  }

  private static List<List<Long>> shapes(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.shape().dimensions()).toList();
  }

  /** Takes the outputs again where their sizes are open, and decodes by the sizes they have. */
  private void read() {
    List<Tensor> tensors = tensors();
    List<List<Long>> now = shapes(tensors);
    if (!now.equals(shapes)) {
      postprocessor = postprocessor();
      shapes = now;
    }
    outputs.clear();
    tensors.forEach(tensor -> outputs.add(tensor.floats()));
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
    return detectDecoded(memory, options, start, System.nanoTime());
  }

  /** What a detection is asked for unless it says so itself. */
  DetectOptions options() {
    return options;
  }

  Detections detect(byte[] encoded, DetectOptions wanted) {
    long start = System.nanoTime();
    memory.load(encoded);
    return detectDecoded(memory, wanted, start, System.nanoTime());
  }

  Detections detect(Picture picture, DetectOptions wanted) {
    long start = System.nanoTime();
    return detectDecoded(picture, wanted, start, start);
  }

  Detections detect(Frame frame, DetectOptions wanted) {
    long start = System.nanoTime();
    Letterbox letterbox = letterbox(frame.width(), frame.height());
    memory.letterbox(frame, letterbox, spec.resize(), input);
    return infer(letterbox, wanted, start, start);
  }

  Detections detect(Picture.Source pixels) {
    long start = System.nanoTime();
    Letterbox letterbox = letterbox(pixels.width(), pixels.height());
    pixels.letterbox(letterbox, spec.resize(), input.duplicate());
    return infer(letterbox, options, start, start);
  }

  List<Detector.RawOutput> outputs(byte[] encoded) {
    memory.load(encoded);
    memory.letterbox(letterbox(memory.width(), memory.height()), spec.resize(), input);
    memory.trim();
    return raw();
  }

  List<Detector.RawOutput> outputs(Frame frame) {
    memory.letterbox(frame, letterbox(frame.width(), frame.height()), spec.resize(), input);
    return raw();
  }

  private List<Detector.RawOutput> raw() {
    request.infer();
    List<Detector.RawOutput> raw = new ArrayList<>();
    for (String name : postprocessor.outputs()) {
      Tensor tensor = floats(name);
      float[] values = new float[tensor.floats().limit()];
      tensor.floats().get(0, values);
      raw.add(new Detector.RawOutput(name, tensor.shape().dimensions(), values));
    }
    return raw;
  }

  private Detections detectDecoded(
      Picture picture, DetectOptions wanted, long start, long decoded) {
    Letterbox letterbox = letterbox(picture.width(), picture.height());
    picture.letterbox(letterbox, spec.resize(), input);
    memory.trim();
    return infer(letterbox, wanted, start, decoded);
  }

  private Letterbox letterbox(int width, int height) {
    return Letterbox.of(width, height, spec.inputWidth(), spec.inputHeight(), spec.resize().mode());
  }

  private Detections infer(Letterbox letterbox, DetectOptions wanted, long start, long decoded) {
    long ready = System.nanoTime();
    request.infer();
    long inferred = System.nanoTime();
    if (open) {
      read();
    }
    Detections found = postprocessor.run(outputs, letterbox, wanted);
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
