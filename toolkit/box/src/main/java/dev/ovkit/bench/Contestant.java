package dev.ovkit.bench;

import dev.ovkit.ModelException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.ElementType;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Tensor;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** One model, ready to be timed, however it is run. */
public interface Contestant extends AutoCloseable {

  public static Contestant open(Path ir, BenchOptions options) {
    return options.mode() == Mode.INFERENCE_ONLY ? Bare.open(ir, options) : Whole.open(ir, options);
  }

  Settings settings();

  /**
   * Makes one pass and notes its times.
   *
   * @param picture the number of the file
   */
  void pass(Path file, int picture, Samples samples);

  @Override
  void close();

  /** From the file to its boxes; for as many threads as there are requests. */
  record Whole(Detector detector, Settings settings) implements Contestant {

    public static Whole open(Path ir, BenchOptions options) {
      return open(ir, options.opening(ir));
    }

    public static Whole open(Path ir, DetectorOptions options) {
      Detector detector = Detector.open(ir, options);
      return new Whole(detector, Settings.of(detector::property, detector.requests()));
    }

    @Override
    public void pass(Path file, int picture, Samples samples) {
      long start = System.nanoTime();
      Detections found = detector.detect(file);
      long all = System.nanoTime() - start;
      Detections.Timings timings = found.timings();
      samples.add(
          picture,
          timings.decode().toNanos(),
          timings.preprocess().toNanos(),
          timings.infer().toNanos(),
          timings.postprocess().toNanos(),
          all);
    }

    @Override
    public void close() {
      detector.close();
    }
  }

  /**
   * The network alone, as it is in its file: without preprocessing, its input filled once per
   * picture.
   */
  final class Bare implements Contestant {
    private final DetectorSpec spec;
    private final CompiledModel compiled;
    private final InferRequest request;
    private int filled = -1;

    private Bare(DetectorSpec spec, CompiledModel compiled, InferRequest request) {
      this.spec = spec;
      this.compiled = compiled;
      this.request = request;
    }

    public static Bare open(Path ir, BenchOptions options) {
      DetectorOptions opening = options.opening(ir);
      DetectorSpec spec = DerivedSpec.of(IrDescription.read(ir), Layouts.ALL).spec();
      try (Core core = Core.create();
          Model model = core.readModel(ir)) {
        if (opening.input().isPresent()) {
          InputPreparation.resize(model, opening.input().get());
          spec = spec.withInputSize(opening.input().get());
        } else {
          InputPreparation.close(model, spec);
        }
        CompiledModel compiled = core.compile(model, opening.compile());
        try {
          InferRequest request = compiled.createRequest();
          requireInput(ir, spec, request.input(0));
          return new Bare(spec, compiled, request);
        } catch (RuntimeException e) {
          compiled.close();
          throw e;
        }
      }
    }

    private static void requireInput(Path ir, DetectorSpec spec, Tensor input) {
      List<Long> wanted = List.of(1L, 3L, (long) spec.inputHeight(), (long) spec.inputWidth());
      if (input.type() != ElementType.F32 || !input.shape().dimensions().equals(wanted)) {
        throw new ModelException(
            "%s: its input is %s %s, expected F32 [1,3,%d,%d]; convert the model with ovkit"
                .formatted(
                    ir,
                    input.type(),
                    input.shape().bracketed(),
                    spec.inputHeight(),
                    spec.inputWidth()));
      }
    }

    @Override
    public Settings settings() {
      return Settings.of(compiled::property, 1);
    }

    @Override
    public void pass(Path file, int picture, Samples samples) {
      if (filled != picture) {
        fill(file);
        filled = picture;
      }
      long start = System.nanoTime();
      request.infer();
      samples.add(picture, 0, 0, System.nanoTime() - start, 0, 0);
    }

    /** Bytes in rows of pixels become floats in planes. */
    private void fill(Path file) {
      int plane = spec.inputWidth() * spec.inputHeight();
      ByteBuffer pixels = ByteBuffer.allocateDirect(3 * plane);
      try (Picture decoded = Picture.read(file)) {
        InputPreparation.fill(pixels, decoded, spec);
      }
      for (int i = 0; i < 3 * plane; i++) {
        request.input(0).floats().put(i % 3 * plane + i / 3, pixels.get(i) & 0xff);
      }
    }

    @Override
    public void close() {
      request.close();
      compiled.close();
    }
  }
}
