package dev.ovkit.benchmarks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.CompileOptions;
import dev.ovkit.bench.Environment;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.quantize.Check;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.QuantizeListener;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.quantize.Verdict;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Shape;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Small detectors on this CPU: what each costs and finds, against ONNX Runtime on the same file.
 */
@Command(
    name = "detectors.sh",
    description = "Small detectors: size, time in f32 and INT8, mAP, against ONNX Runtime.")
final class Detectors implements Callable<Integer> {

  private static final String BEGIN = "<!-- detectors: written by benchmarks/detectors.sh -->";
  private static final String END = "<!-- end of detectors -->";

  /**
   * A detector.
   *
   * @param file in ../shared, without ending
   * @param licence of its weights and architecture
   * @param trained whether its weights find anything
   */
  private record Subject(String title, String file, String licence, boolean trained) {
    String name() {
      return file.substring(file.indexOf('/') + 1);
    }
  }

  private static final List<Subject> ALL =
      List.of(
          new Subject("PicoDet-XS 320", "families/picodet_xs_320", "Apache-2.0", true),
          new Subject("PicoDet-XS 416", "families/picodet_xs_416", "Apache-2.0", true),
          new Subject("YOLOX-nano", "models/yolox_nano-416", "Apache-2.0", true),
          new Subject("YOLOv5-Lite-e", "models/v5lite-e-coco", "GPL-3.0", true),
          new Subject("NanoDet-Plus", "families/nanodet_plus", "Apache-2.0", false),
          new Subject("PicoDet by LibreYOLO", "families/lib_picodet", "MIT", false),
          new Subject("RTMDet by LibreYOLO", "families/lib_rtmdet", "MIT", false),
          new Subject("D-FINE", "families/dfine_orig_b1", "Apache-2.0", false));

  /** What was measured of a detector; times in milliseconds. */
  private record Row(
      Subject subject,
      String input,
      double parameters,
      double gflops,
      double f32,
      double int8,
      double onnxRuntime,
      double jpeg,
      Optional<Verdict> map) {}

  @Mixin private MeasureOptions options = new MeasureOptions(41);

  @Option(names = "--avx2", hidden = true, paramLabel = "FILE", description = "Of the AVX2 run.")
  private @Nullable Path avx2;

  @Option(
      names = "--into",
      paramLabel = "FILE.md",
      description = "Also write the table between the markers of a page.")
  private @Nullable Path into;

  @Spec private CommandSpec spec;

  private final Path work = Checkout.work("detectors");

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Detectors(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    options.check(spec.commandLine(), ALL.stream().map(Subject::name).toList());
    List<Row> rows = new ArrayList<>();
    for (Subject subject : ALL) {
      Path onnx = Checkout.shared().resolve(subject.file() + ".onnx");
      if (options.wants(subject.name()) && Files.isRegularFile(onnx)) {
        System.err.println("detectors.sh: " + subject.name());
        rows.add(measure(subject, onnx));
      }
    }
    String json = options.json();
    if (json != null) {
      write(json, rows);
    }
    String markdown = markdown(rows);
    System.out.print(markdown);
    if (into != null) {
      Page.replace(into, BEGIN, END, markdown);
    }
    return 0;
  }

  // ---- what is measured

  private Row measure(Subject subject, Path onnx) throws Exception {
    Path f32 =
        Converter.convert(ConvertOptions.of(onnx).into(work.resolve("fp32"), WeightPrecision.FP32))
            .xml();
    QuantizeOptions quantize = QuantizeOptions.of(f32, pictures(), work.resolve("int8"));
    if (subject.trained()) {
      Path eval = Checkout.shared().resolve("eval");
      GroundTruth truth = GroundTruth.coco(eval.resolve("instances.json"), eval.resolve("images"));
      // Measured here, not judged.
      quantize =
          quantize.with(new Check(List.of(), Optional.of(truth), OptionalDouble.of(1), false));
    }
    Quantization made = Quantizer.quantize(quantize, QuantizeListener.SILENT);
    SourceDetector source = SourceDetector.of(ConvertOptions.of(onnx));
    DetectorSpec size = source.spec();
    byte[] jpeg = jpeg(pictures().get(0), size);
    double[] best = new double[4];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    CompileOptions compile =
        CompileOptions.defaults().withThreads(options.threads()).withStreams(1);
    try (Turns turns = new Turns(options.threads(), options.rounds());
        Ort ort = new Ort(source, options.threads());
        Detector detector =
            Detector.open(f32, DetectorOptions.defaults().withCompile(compile).withRequests(1))) {
      Turns.Contestant a = turns.add(f32);
      Turns.Contestant b = turns.add(made.xml().orElseThrow());
      List<Callable<?>> passes =
          List.of(() -> infer(a), () -> infer(b), ort::run, () -> detector.detect(jpeg));
      for (int round = 0; round <= options.rounds(); round++) {
        for (int i = 0; i < passes.size(); i++) {
          passes.get(i).call(); // brings the weights back into the caches
          long start = System.nanoTime();
          passes.get(i).call();
          best[i] = Math.min(best[i], (System.nanoTime() - start) / 1e6);
        }
      }
    }
    Graph graph = source.onnx().graph();
    return new Row(
        subject,
        size.inputWidth() + "x" + size.inputHeight(),
        parameters(graph) / 1e6,
        2 * multiplications(graph) / 1e9,
        best[0],
        best[1],
        best[2],
        best[3],
        made.verdicts().stream().findFirst());
  }

  private static int infer(Turns.Contestant contestant) {
    contestant.request().infer();
    return 0;
  }

  /** A picture that has the input's size, so that decoding it is all that comes before. */
  private static byte[] jpeg(Path file, DetectorSpec spec) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * spec.inputWidth() * spec.inputHeight());
    try (Picture picture = Picture.read(file)) {
      InputPreparation.fill(pixels, picture, spec);
    }
    Frame frame = Frame.of(pixels, spec.inputWidth(), spec.inputHeight(), Frame.Format.BGR);
    try (Picture sized = Picture.of(frame)) {
      return sized.toJpeg();
    }
  }

  private static List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.list(Checkout.shared().resolve("pictures"))) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private static long parameters(Graph graph) {
    Set<String> counted = new HashSet<>();
    long count = 0;
    for (Node node : graph.nodes()) {
      for (String read : node.reads()) {
        Shape shape = graph.isConstant(read) ? graph.shape(read) : null;
        boolean real = graph.type(read).element() == TensorProto.DataType.FLOAT_VALUE;
        if (shape != null && real && shape.rank() > 0 && counted.add(read)) {
          count += shape.elements();
        }
      }
    }
    return count;
  }

  /** Of convolutions and matrix products, which are nearly all. */
  private static double multiplications(Graph graph) {
    double count = 0;
    for (Node node : graph.nodes()) {
      Shape out = graph.staticShape(node.output());
      Shape with = node.inputs().size() > 1 ? graph.staticShape(node.input(1)) : null;
      if (out == null || with == null) {
        continue;
      }
      if (node.is("Conv")) {
        count += (double) out.elements() * with.elements() / with.dimension(0);
      } else if ((node.is("MatMul") || node.is("Gemm")) && with.rank() > 1) {
        count += (double) out.elements() * with.dimension(with.rank() - 2);
      }
    }
    return count;
  }

  /** ONNX Runtime on the graph of a file, one picture filled once. */
  private static final class Ort implements AutoCloseable {
    private final OrtSession session;
    private final OnnxTensor picture;
    private final String input;

    Ort(SourceDetector source, int threads) throws Exception {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        session = environment.createSession(bare(source.onnx().toBytes()), options);
      }
      input = session.getInputNames().iterator().next();
      long[] shape = {1, 3, source.spec().inputHeight(), source.spec().inputWidth()};
      picture =
          OnnxTensor.createTensor(
              environment, FloatBuffer.allocate((int) (3 * shape[2] * shape[3])), shape);
    }

    /** An initializer that is an input too could be replaced by a caller, which forbids folding. */
    private static byte[] bare(byte[] onnx) throws IOException {
      ModelProto model = ModelProto.parseFrom(onnx);
      GraphProto graph = model.getGraph();
      Set<String> weights = new HashSet<>();
      graph.getInitializerList().forEach(tensor -> weights.add(tensor.getName()));
      GraphProto.Builder bare = graph.toBuilder().clearInput();
      graph.getInputList().stream()
          .filter(named -> !weights.contains(named.getName()))
          .forEach(bare::addInput);
      return model.toBuilder().setGraph(bare).build().toByteArray();
    }

    int run() throws OrtException {
      try (OrtSession.Result result = session.run(Map.of(input, picture))) {
        return result.size();
      }
    }

    @Override
    public void close() throws OrtException {
      picture.close();
      session.close();
    }
  }

  // ---- what is said

  private String markdown(List<Row> rows) throws IOException {
    Map<String, JsonNode> held = new LinkedHashMap<>();
    if (avx2 != null) {
      new ObjectMapper()
          .readTree(avx2.toFile())
          .get("rows")
          .forEach(row -> held.put(row.get("model").asText(), row));
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "| model | licence | input | parameters, M | GFLOPs | AVX2: f32 ms | INT8 ms | unrestricted: f32 ms | INT8 ms | ONNX Runtime ms | JPEG to boxes, f32 ms (over the network) | mAP f32 | INT8 |%n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |%n"
            .formatted());
    for (Row row : rows) {
      JsonNode other = held.get(row.subject().name());
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %.2f | %.2f | %s | %s | %.2f | %.2f | %.2f | %.2f (%.2f) | %s | %s |%n",
              row.subject().title() + (row.subject().trained() ? "" : " (random weights)"),
              row.subject().licence(),
              row.input(),
              row.parameters(),
              row.gflops(),
              other == null ? "–" : milliseconds(other.get("f32_ms").asDouble()),
              other == null ? "–" : milliseconds(other.get("int8_ms").asDouble()),
              row.f32(),
              row.int8(),
              row.onnxRuntime(),
              row.jpeg(),
              row.jpeg() / row.f32(),
              row.map().map(v -> accuracy(v.before())).orElse("–"),
              row.map().map(v -> accuracy(v.after())).orElse("–")));
    }
    Environment here = Environment.here();
    text.append(
        String.format(
            Locale.ROOT,
            "%nMachine: %s, %d thread; OpenVINO %s, ONNX Runtime %s. Each time is the smallest of %d passes, in which the models take turns: of the network alone, or from a JPEG of the input's size to the boxes. mAP@.5:.95 is measured on the 200 pictures of ../shared/eval; INT8 is calibrated with other pictures.%n",
            here.cpu(),
            options.threads(),
            Core.version(),
            OrtEnvironment.getEnvironment().getVersion(),
            options.rounds()));
    return text.toString();
  }

  private static String milliseconds(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String accuracy(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static void write(String json, List<Row> rows) throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("model", row.subject().name());
      one.put("parameters_m", row.parameters());
      one.put("gflops", row.gflops());
      one.put("f32_ms", row.f32());
      one.put("int8_ms", row.int8());
      one.put("onnx_runtime_ms", row.onnxRuntime());
      one.put("jpeg_ms", row.jpeg());
      row.map().ifPresent(v -> one.put("map_f32", v.before()));
      row.map().ifPresent(v -> one.put("map_int8", v.after()));
      all.add(one);
    }
    new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(new File(json), Map.of("rows", all));
  }
}
