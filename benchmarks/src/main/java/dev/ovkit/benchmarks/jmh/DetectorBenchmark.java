package dev.ovkit.benchmarks.jmh;

import dev.ovkit.CompileOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Frame;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What one inference and one detection cost in time and, with {@code -prof gc}, in garbage. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DetectorBenchmark {

  /** An IR and a picture; benchmarks/jmh.sh gives the project's own. */
  @Param({""})
  public String ir;

  @Param({""})
  public String picture;

  private Core core;
  private Model model;
  private CompiledModel compiled;
  private InferRequest request;
  private Detector detector;
  private byte[] jpeg;
  private Frame frame;

  @Setup
  public void setup() throws IOException {
    CompileOptions compile = CompileOptions.defaults().withThreads(1).withStreams(1);
    core = Core.create();
    model = core.readModel(Path.of(ir));
    compiled = core.compile(model, compile);
    request = compiled.createRequest();
    detector =
        Detector.open(Path.of(ir), DetectorOptions.defaults().withCompile(compile).withRequests(1));
    jpeg = Files.readAllBytes(Path.of(picture));
    frame =
        new Frame(ByteBuffer.allocateDirect(1280 * 720 * 3), 1280, 720, 1280 * 3, Frame.Format.BGR);
  }

  @Benchmark
  public InferRequest infer() {
    request.infer();
    return request;
  }

  @Benchmark
  public Detections jpegToBoxes() {
    return detector.detect(jpeg);
  }

  /** A black frame of a camera. */
  @Benchmark
  public Detections frameToBoxes() {
    return detector.detect(frame);
  }

  @TearDown
  public void close() {
    detector.close();
    request.close();
    compiled.close();
    model.close();
    core.close();
  }
}
