package dev.ovkit.vision;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Model;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
 * requests; when all are in use, a call waits. {@link #close} waits for the running calls and
 * refuses new ones.
 *
 * <p>An interrupt does not end a call, even while it waits for a request: a detection takes
 * milliseconds. The thread's interrupt flag is kept.
 */
public final class Detector implements AutoCloseable {

  /** The bits that the values of a 16-bit picture use unless the options say otherwise. */
  private static final int ALL_BITS = 16;

  private final DetectorSpec spec;
  private final int bitDepth;
  private final List<Assumption> assumptions;
  private final CompiledModel compiled;
  private final List<DetectorWorker> workers;
  private final BlockingQueue<DetectorWorker> idle;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Consumer<Detections> observer;

  /**
   * What the network made of a picture, before anything is read from it.
   *
   * @param name of the output
   * @param shape of its values
   * @param values row by row; the caller's own
   */
  public record RawOutput(String name, List<Long> shape, float[] values) {

    public RawOutput {
      shape = List.copyOf(shape);
    }
  }

  private Detector(
      DetectorSpec spec,
      int bitDepth,
      List<Assumption> assumptions,
      CompiledModel compiled,
      List<DetectorWorker> workers) {
    this.spec = spec;
    this.bitDepth = bitDepth;
    this.assumptions = assumptions;
    this.compiled = compiled;
    this.workers = workers;
    this.idle = new ArrayBlockingQueue<>(workers.size(), false, workers);
  }

  /**
   * Opens an IR for one picture at a time on the CPU: as its {@link Profile} says, if one is beside
   * it and holds on this machine, else by the defaults, in f32.
   *
   * @param ir the .xml; its .bin is beside it. On another file system than the default one, such as
   *     a zip file's, both are read into memory
   * @throws ModelException when it is missing, damaged, or no detector
   * @throws dev.ovkit.RuntimeUnavailableException when this machine cannot run OpenVINO
   */
  public static Detector open(Path ir) {
    return open(ir, DetectorOptions.of(ir, CompileOptions.Hint.LATENCY));
  }

  /** Opens an IR with these options and no profile. */
  public static Detector open(Path ir, DetectorOptions options) {
    try {
      return open(() -> ModelSource.of(ir), options);
    } catch (ModelException | NativeCallException e) {
      e.about(ir);
      throw e;
    }
  }

  /**
   * Opens an IR that is a resource of the class path, by the defaults: {@code
   * Detector.open(Parts.class.getResource("/model.xml"))}.
   *
   * @param ir the .xml; its .bin is beside it. Both are read into memory
   * @throws ModelException when it is missing, damaged, or no detector
   * @throws dev.ovkit.RuntimeUnavailableException when this machine cannot run OpenVINO
   */
  public static Detector open(URL ir) {
    return open(ir, DetectorOptions.defaults());
  }

  /** Opens an IR that is a resource of the class path with these options. */
  public static Detector open(URL ir, DetectorOptions options) {
    return open(() -> ModelSource.of(ir), options);
  }

  /**
   * Opens an IR that is in memory, by the defaults.
   *
   * @param xml the bytes of its .xml
   * @param weights the bytes of its .bin
   * @throws ModelException when it is damaged, or no detector
   * @throws dev.ovkit.RuntimeUnavailableException when this machine cannot run OpenVINO
   */
  public static Detector open(byte[] xml, byte[] weights) {
    return open(xml, weights, DetectorOptions.defaults());
  }

  /** Opens an IR that is in memory with these options. */
  public static Detector open(byte[] xml, byte[] weights, DetectorOptions options) {
    return open(() -> ModelSource.of("the model in memory", xml, weights), options);
  }

  private static Detector open(Supplier<ModelSource> reading, DetectorOptions options) {
    // The runtime loads while the XML is read: a tenth of a second each.
    CompletableFuture<Core> loading = CompletableFuture.supplyAsync(Core::create);
    ModelSource source;
    DerivedSpec derived;
    HeadLayout.DecoderFactory decoders;
    try {
      source = reading.get();
      derived = derive(source.description(), options);
      decoders = derived.spec().layout().decoders(source.description());
    } catch (RuntimeException e) {
      // A process that ends while libraries load may crash, so they are waited for.
      loading.handle(Detector::closeUnused).join();
      throw e;
    }
    DetectorSpec spec = derived.spec();
    try (Core core = Futures.join(loading);
        Model model = source.read(core)) {
      options.input().ifPresent(size -> InputPreparation.resize(model, size));
      InputPreparation.apply(model, spec);
      CompiledModel compiled = core.compile(model, options.compile());
      List<DetectorWorker> workers = new ArrayList<>();
      try {
        int bitDepth = options.bitDepth().orElse(ALL_BITS);
        int count = options.requests().orElseGet(() -> liked(compiled));
        for (int i = 0; i < count; i++) {
          workers.add(new DetectorWorker(compiled, spec, options.detect(), bitDepth, decoders));
        }
        return new Detector(spec, bitDepth, derived.assumptions(), compiled, workers);
      } catch (RuntimeException e) {
        workers.forEach(DetectorWorker::close);
        compiled.close();
        throw e;
      }
    }
  }

  /** The caller wins over the IR. */
  private static DerivedSpec derive(IrDescription description, DetectorOptions options) {
    DerivedSpec derived =
        options
            .spec()
            .map(given -> new DerivedSpec(given, List.of()))
            .orElseGet(() -> DerivedSpec.of(description, Layouts.ALL));
    return options
        .input()
        .map(size -> new DerivedSpec(derived.spec().withInputSize(size), derived.assumptions()))
        .orElse(derived);
  }

  private static @Nullable Void closeUnused(@Nullable Core core, @Nullable Throwable failure) {
    if (core != null) {
      core.close();
    }
    return null; // the runtime is no longer needed, so its failure does not matter
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

  /** Returns how many bits the values of 16-bit picture files are taken to use. */
  public int bitDepth() {
    return bitDepth;
  }

  /** Returns the number of infer requests: the pictures it works on at once. */
  public int requests() {
    return workers.size();
  }

  /**
   * Returns a property that is in force, by OpenVINO's own key, such as {@code NUM_STREAMS}.
   *
   * @throws NativeCallException when the device knows no such key
   */
  public String property(String key) {
    return compiled.property(key);
  }

  /**
   * Passes each later result to an observer too, for metrics. An earlier observer is replaced.
   *
   * @param other is called on the thread of the detection, by several threads at once; the
   *     detection fails with what it throws
   */
  public void observe(Consumer<Detections> other) {
    observer = other;
  }

  /**
   * Reads a picture and finds objects on it.
   *
   * @throws dev.ovkit.PictureException when it is missing, damaged, too large, or no picture
   */
  public Detections detect(Path picture) {
    DetectorWorker worker = borrow();
    try {
      return observed(worker.detect(picture));
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
    return detect(encoded, wanted());
  }

  /**
   * Decodes a picture and finds on it what is wanted for this picture alone.
   *
   * @param wanted options for this call, in place of those of the detector; an empty one has the
   *     IR's value
   * @throws dev.ovkit.PictureException when the bytes are damaged, too large, or no picture
   * @throws dev.ovkit.OptionException when the model has no such class
   */
  public Detections detect(byte[] encoded, DetectOptions wanted) {
    DetectorWorker worker = borrow();
    try {
      return observed(worker.detect(encoded, wanted));
    } finally {
      giveBack(worker);
    }
  }

  /**
   * Reads pictures and finds objects on them, as many at once as there are {@link #requests}; open
   * the detector for throughput to have several.
   *
   * @param pictures taken one by one, a few ahead of the results
   * @param results receives one for each picture, in the order of the pictures, on the calling
   *     thread; an exception ends the work and is thrown again
   */
  public void detectAll(Iterable<Path> pictures, Consumer<PictureResult> results) {
    new Pipeline(this, null).run(pictures.iterator(), results);
  }

  /**
   * Finds objects on pictures as the shorter method does, and does more work on each, such as
   * drawing and writing it, in parallel. It keeps as many decoded pictures as there are {@link
   * #requests}.
   *
   * @param work is called by several threads at once; an exception ends the work and is thrown
   *     again, except a {@link dev.ovkit.PictureException}, which makes the picture an unreadable
   *     one
   */
  public void detectAll(
      Iterable<Path> pictures, PictureWork work, Consumer<PictureResult> results) {
    new Pipeline(this, work).run(pictures.iterator(), results);
  }

  /** Finds objects on a frame, which must not change until this returns. */
  public Detections detect(Frame frame) {
    return detect(frame, wanted());
  }

  /** The same as {@link #detect(byte[], DetectOptions)}. */
  public Detections detect(Frame frame, DetectOptions wanted) {
    DetectorWorker worker = borrow();
    try {
      return observed(worker.detect(frame, wanted));
    } finally {
      giveBack(worker);
    }
  }

  /** Finds objects on a decoded picture. */
  public Detections detect(Picture picture) {
    return detect(picture, wanted());
  }

  /** The same as {@link #detect(byte[], DetectOptions)}. */
  public Detections detect(Picture picture, DetectOptions wanted) {
    DetectorWorker worker = borrow();
    try {
      return observed(worker.detect(picture, wanted));
    } finally {
      giveBack(worker);
    }
  }

  /**
   * Decodes a picture and runs the network on it.
   *
   * @return its outputs as they are, in the order of the layout
   * @throws dev.ovkit.PictureException when the bytes are damaged, too large, or no picture
   */
  public List<RawOutput> outputs(byte[] encoded) {
    DetectorWorker worker = borrow();
    try {
      return worker.outputs(encoded);
    } finally {
      giveBack(worker);
    }
  }

  /** Runs the network on a frame; as {@link #outputs(byte[])}. */
  public List<RawOutput> outputs(Frame frame) {
    DetectorWorker worker = borrow();
    try {
      return worker.outputs(frame);
    } finally {
      giveBack(worker);
    }
  }

  /** Finds objects on pixels that write themselves into the network's input. */
  public Detections detect(Picture.Source pixels) {
    DetectorWorker worker = borrow();
    try {
      return observed(worker.detect(pixels));
    } finally {
      giveBack(worker);
    }
  }

  private Detections observed(Detections found) {
    Consumer<Detections> present = observer;
    if (present != null) {
      present.accept(found);
    }
    return found;
  }

  private DetectOptions wanted() {
    return workers.get(0).options();
  }

  private DetectorWorker borrow() {
    boolean interrupted = false;
    try {
      while (true) {
        requireOpen();
        try {
          DetectorWorker worker = idle.take();
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

  /** Never blocks: the queue has room for every worker. */
  private void giveBack(DetectorWorker worker) {
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
    List<DetectorWorker> back = new ArrayList<>();
    while (back.size() < workers.size()) {
      try {
        back.add(idle.take());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    // Closed workers go back once more, to wake the calls that still wait for one.
    for (DetectorWorker worker : back) {
      worker.close();
      giveBack(worker);
    }
    compiled.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
