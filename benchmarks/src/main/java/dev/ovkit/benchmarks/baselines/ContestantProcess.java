package dev.ovkit.benchmarks.baselines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.ovkit.CompileOptions;
import dev.ovkit.machine.Cpu;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.KernelUse;
import dev.ovkit.runtime.Model;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One of those that are compared, in a JVM of its own.
 *
 * <p>usage: {@code ContestantProcess runtime MODEL.xml THREADS}, {@code ContestantProcess
 * onnxruntime MODEL.onnx THREADS}, {@code ContestantProcess detector MODEL.xml THREADS PICTURES},
 * or {@code ContestantProcess folder MODEL.xml THREADS PICTURES STREAMS}. Prints "ready" once warm.
 * Then for each line "N" on stdin: N passes, one line with their nanoseconds; "folder" tells those
 * of all over their number. For a line "kernels": those of all layers, or "allowed" and what the
 * CPU has.
 *
 * <p>{@code ContestantProcess first MODEL.xml 0 PICTURE} prints the number of its boxes and ends.
 */
final class ContestantProcess {

  private interface Pass {
    void run() throws Exception;
  }

  /** Makes passes and tells their nanoseconds. */
  private interface Passes {
    String run(int count) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    int threads = Math.max(1, Integer.parseInt(arguments[2]));
    CompileOptions compile = CompileOptions.defaults().withThreads(threads).withStreams(1);
    switch (arguments[0]) {
      case "runtime" -> {
        try (Core core = Core.create();
            Model model = core.readModel(Path.of(arguments[1]));
            CompiledModel compiled = core.compile(model, compile);
            InferRequest request = compiled.createRequest()) {
          FloatBuffer input = request.input(0).floats();
          FloatBuffer pixels = pixels(input.capacity());
          serve(
              200,
              () -> {
                input.put(0, pixels, 0, pixels.capacity());
                request.infer();
              },
              () -> kernels(arguments[1], compile));
        }
      }
      case "onnxruntime" -> {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
          options.setIntraOpNumThreads(threads);
          options.setInterOpNumThreads(1);
          try (OrtSession session = environment.createSession(arguments[1], options)) {
            String name = session.getInputNames().iterator().next();
            long[] shape =
                ((TensorInfo) session.getInputInfo().values().iterator().next().getInfo())
                    .getShape();
            int size = 1;
            for (long dimension : shape) {
              size *= (int) dimension;
            }
            FloatBuffer pixels = pixels(size);
            serve(
                20,
                () -> {
                  try (OnnxTensor tensor = OnnxTensor.createTensor(environment, pixels, shape);
                      OrtSession.Result result = session.run(Map.of(name, tensor))) {
                    result.size();
                  }
                },
                () -> Rival.Served.ALLOWED + String.join(" ", Cpu.here().flags()));
          }
        }
      }
      case "detector" -> {
        List<Path> pictures = pictures(arguments[3]);
        try (Detector detector =
            Detector.open(
                Path.of(arguments[1]),
                DetectorOptions.defaults().withCompile(compile).withRequests(1))) {
          int[] turn = {0};
          serve(
              100,
              () -> detector.detect(pictures.get(turn[0]++ % pictures.size())),
              () -> kernels(arguments[1], compile));
        }
      }
      case "folder" -> {
        int streams = Integer.parseInt(arguments[4]);
        CompileOptions many = compile.withHint(CompileOptions.Hint.THROUGHPUT).withStreams(streams);
        List<Path> pictures = pictures(arguments[3]);
        try (Detector detector =
            Detector.open(Path.of(arguments[1]), DetectorOptions.defaults().withCompile(many))) {
          Passes folder =
              count -> {
                List<Path> turn = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                  turn.add(pictures.get(i % pictures.size()));
                }
                long start = System.nanoTime();
                detector.detectAll(turn, result -> {});
                return Long.toString((System.nanoTime() - start) / count);
              };
          folder.run(4 * streams);
          answer(folder, () -> kernels(arguments[1], many));
        }
      }
      case "first" -> {
        try (Detector detector = Detector.open(Path.of(arguments[1]))) {
          System.out.println(detector.detect(Path.of(arguments[3])).objects().size() + " boxes");
        }
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Compiles the model once more, so that the one that is measured counts nothing. */
  private static String kernels(String ir, CompileOptions options) {
    try (Core core = Core.create();
        Model model = core.readModel(Path.of(ir))) {
      return String.join(",", KernelUse.names(core, model, options));
    }
  }

  private static FloatBuffer pixels(int size) {
    FloatBuffer pixels =
        ByteBuffer.allocateDirect(size * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    Random random = new Random(3);
    for (int i = 0; i < size; i++) {
      pixels.put(i, random.nextInt(256));
    }
    return pixels;
  }

  private static void serve(int warm, Pass pass, Supplier<String> kernels) throws Exception {
    long until = System.nanoTime() + 3_000_000_000L;
    for (int i = 0; i < warm && System.nanoTime() < until; i++) {
      pass.run();
    }
    answer(
        passes -> {
          StringBuilder times = new StringBuilder();
          for (int i = 0; i < passes; i++) {
            long start = System.nanoTime();
            pass.run();
            times.append(i == 0 ? "" : ",").append(System.nanoTime() - start);
          }
          return times.toString();
        },
        kernels);
  }

  private static void answer(Passes passes, Supplier<String> kernels) throws Exception {
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(
          line.equals(Rival.Served.KERNELS)
              ? kernels.get()
              : passes.run(Integer.parseInt(line.strip())));
    }
  }

  private static List<Path> pictures(String folder) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      return files.filter(f -> f.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private ContestantProcess() {}
}
