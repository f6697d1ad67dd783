package dev.ovkit.vision;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.network.Postprocessor;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.ElementType;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds objects on pictures with the model of an IR.
 *
 * <pre>{@code
 * try (Detector detector = Detector.open(Path.of("model.xml"))) {
 *   for (Detection d : detector.detect(Path.of("street.jpg"))) {
 *     System.out.println(d.label() + " " + d.score() + " " + d.box());
 *   }
 * }
 * }</pre>
 *
 * <p>It may be used by any number of threads. Each detection borrows one of {@link #requests} infer
 * requests for its whole length; when all are out, a call waits. After {@link #close} a call is
 * refused; calls that run are waited for.
 */
public final class Detector implements AutoCloseable {

  private final DetectorSpec spec;
  private final List<Assumption> assumptions;
  private final CompiledModel compiled;
  private final List<Worker> workers;
  private final BlockingQueue<Worker> idle;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Detector(
      DetectorSpec spec,
      List<Assumption> assumptions,
      CompiledModel compiled,
      List<Worker> workers) {
    this.spec = spec;
    this.assumptions = assumptions;
    this.compiled = compiled;
    this.workers = workers;
    this.idle = new ArrayBlockingQueue<>(workers.size(), false, workers);
  }

  /**
   * Opens an IR for one picture at a time on the CPU: as its {@link Profile} says, if one lies
   * beside it that holds on this machine, else by the defaults, in f32.
   *
   * @param ir the .xml; its .bin is beside it
   * @throws ModelException when it is missing, damaged, or no detector
   * @throws dev.ovkit.RuntimeUnavailableException when this machine cannot run OpenVINO
   */
  public static Detector open(Path ir) {
    return open(ir, DetectorOptions.of(ir, CompileOptions.Hint.LATENCY));
  }

  /** Opens an IR with these options and no profile. */
  public static Detector open(Path ir, DetectorOptions options) {
    // The runtime loads while the XML is read: a tenth of a second each.
    CompletableFuture<Core> loading = CompletableFuture.supplyAsync(Core::create);
    DerivedSpec derived;
    HeadLayout.DecoderFactory decoders;
    try {
      IrDescription description = IrDescription.read(ir);
      derived = derive(description, options);
      decoders = derived.spec().layout().decoders(description);
    } catch (RuntimeException e) {
      // A process that ends while libraries load may crash, so they are waited for.
      loading.handle(Detector::closeUnused).join();
      throw e;
    }
    DetectorSpec spec = derived.spec();
    try (Core core = join(loading);
        Model model = core.readModel(ir)) {
      if (options.input() != null) {
        InputPreparation.resize(model, options.input());
      }
      InputPreparation.apply(model, spec);
      CompiledModel compiled = core.compile(model, options.compile());
      List<Worker> workers = new ArrayList<>();
      try {
        int count = options.requests() > 0 ? options.requests() : liked(compiled);
        for (int i = 0; i < count; i++) {
          workers.add(new Worker(compiled, spec, options.detect(), decoders));
        }
        return new Detector(spec, derived.assumptions(), compiled, workers);
      } catch (RuntimeException e) {
        workers.forEach(Worker::close);
        compiled.close();
        throw e;
      }
    }
  }

  /** The caller wins over the IR. */
  private static DerivedSpec derive(IrDescription description, DetectorOptions options) {
    DetectorSpec given = options.spec();
    DerivedSpec derived =
        given == null
            ? DerivedSpec.of(description, options.layouts())
            : new DerivedSpec(given, List.of());
    InputSize input = options.input();
    return input == null
        ? derived
        : new DerivedSpec(derived.spec().withInputSize(input), derived.assumptions());
  }

  private static Core join(CompletableFuture<Core> loading) {
    try {
      return loading.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  private static @Nullable Void closeUnused(@Nullable Core core, @Nullable Throwable failure) {
    if (core != null) {
      core.close();
    }
    return null; // a failure of a runtime that is not needed any more is none
  }

  private static int liked(CompiledModel compiled) {
    return Math.max(1, Integer.parseInt(compiled.property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")));
  }

  /** Returns what the detector is. */
  public DetectorSpec spec() {
    return spec;
  }

  /** Returns what had to be assumed because neither caller nor IR says it. */
  public List<Assumption> assumptions() {
    return assumptions;
  }

  /** Returns the number of infer requests: the pictures it works on at once. */
  public int requests() {
    return workers.size();
  }

  /** Returns the compiled model, to ask for the properties in force; it is closed with this. */
  public CompiledModel compiledModel() {
    return compiled;
  }

  /**
   * Reads a picture and finds objects on it.
   *
   * @throws dev.ovkit.PictureException when it is missing, damaged, too large, or no picture
   */
  public Detections detect(Path picture) {
    Worker worker = borrow();
    try {
      return worker.detect(picture);
    } finally {
      giveBack(worker);
    }
  }

  /**
   * Decodes a picture and finds objects on it.
   *
   * @param encoded the bytes of a picture file
   * @throws dev.ovkit.PictureException when they are damaged, too large, or no picture
   */
  public Detections detect(byte[] encoded) {
    Worker worker = borrow();
    try {
      return worker.detect(encoded);
    } finally {
      giveBack(worker);
    }
  }

  /**
   * Reads pictures and finds objects on them, as many at once as there are {@link #requests}; open
   * the detector for throughput to have several.
   *
   * @param pictures taken one by one, a few ahead of the results
   * @param results is given one for each picture, in the order of the pictures, by the calling
   *     thread; what it throws ends the work and is thrown on
   */
  public void detectAll(Iterable<Path> pictures, Consumer<PictureResult> results) {
    new Pipeline(this, null).run(pictures.iterator(), results);
  }

  /**
   * The same, with more to do on each picture beside the others: to draw and to write it, say. As
   * many pictures are held decoded as there are {@link #requests}.
   *
   * @param work is called by several threads at once; what it throws ends the work and is thrown
   *     on, but a {@link dev.ovkit.PictureException}, which makes the picture an unreadable one
   */
  public void detectAll(
      Iterable<Path> pictures, PictureWork work, Consumer<PictureResult> results) {
    new Pipeline(this, work).run(pictures.iterator(), results);
  }

  /** Finds objects on a frame, which must not change until this returns. */
  public Detections detect(Frame frame) {
    Worker worker = borrow();
    try {
      return worker.detect(frame);
    } finally {
      giveBack(worker);
    }
  }

  /** Finds objects on a decoded picture. */
  public Detections detect(Picture picture) {
    Worker worker = borrow();
    try {
      return worker.detect(picture);
    } finally {
      giveBack(worker);
    }
  }

  private Worker borrow() {
    boolean interrupted = false;
    try {
      while (true) {
        requireOpen();
        try {
          Worker worker = idle.take();
          if (closed.get()) {
            giveBack(worker);
            requireOpen();
          }
          return worker;
        } catch (InterruptedException e) {
          interrupted = true; // a detection is short; the caller learns of it afterwards
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** There is always room: a worker that is out left a place. */
  private void giveBack(Worker worker) {
    idle.add(worker);
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the detector is closed");
    }
  }

  /** Refuses new calls, waits for those that run, frees everything. A second close does nothing. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean interrupted = false;
    List<Worker> back = new ArrayList<>();
    while (back.size() < workers.size()) {
      try {
        back.add(idle.take());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    // Closed, they go back once more, to wake whoever still waits for one.
    for (Worker worker : back) {
      worker.close();
      giveBack(worker);
    }
    compiled.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** One infer request and the memory to feed and read it; used by one thread at a time. */
  private static final class Worker {
    private final DetectorSpec spec;
    private final InferRequest request;
    private final Picture memory;
    private final Postprocessor postprocessor;
    private final ByteBuffer input;
    private final List<FloatBuffer> outputs = new ArrayList<>();

    Worker(
        CompiledModel compiled,
        DetectorSpec spec,
        DetectOptions options,
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
      this.memory = Picture.empty();
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

    private Detections detectDecoded(Picture picture, long start, long decoded) {
      Letterbox letterbox = letterbox(picture.width(), picture.height());
      picture.letterbox(letterbox, spec.resize(), input);
      memory.trim();
      return infer(letterbox, start, decoded);
    }

    private Letterbox letterbox(int width, int height) {
      return Letterbox.of(
          width, height, spec.inputWidth(), spec.inputHeight(), spec.resize().mode());
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
}
