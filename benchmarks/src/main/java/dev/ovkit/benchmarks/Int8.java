package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bench.Ratio;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.quantize.Check;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.QuantizeListener;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.quantize.Verdict;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What INT8 is worth, in {@link Turns}: f32, FP16 and INT8 of each detector. */
@Command(
    name = "int8.sh",
    description = "What INT8 is worth: f32, FP16 and INT8 in size, time and mAP.")
final class Int8 implements Callable<Integer> {

  private static final String BEGIN = "<!-- int8: written by benchmarks/int8.sh -->";
  private static final String END = "<!-- end of int8 -->";

  /** The seed's time of YOLOv5s over that of PPLcnet-yolo. */
  private static final double SEED = 2.85;

  private static final List<WeightPrecision> FLOATS =
      List.of(WeightPrecision.FP32, WeightPrecision.FP16);

  /**
   * A detector.
   *
   * @param system of the zoo, or the name of a real model
   * @param bar what f32 over INT8 must reach on one thread without VNNI; 0 for none
   */
  private record Subject(String title, String system, int size, double bar) {}

  /** The first is what the others are compared with. */
  private static final List<Subject> ZOO =
      List.of(
          new Subject("YOLOv5s v5.0", "yolov5s-v5", 640, 1.65),
          new Subject("YOLOv5s v6.0", "yolov5s-v6", 640, 0),
          new Subject("PPLcnet-yolo", "pplcnet-yolo", 640, 1.6),
          new Subject("v5Lite-e", "v5lite-e", 320, 1.2),
          new Subject("v5Lite-s", "v5lite-s", 640, 0),
          new Subject("v5Lite-g", "v5lite-g", 640, 0),
          new Subject("YOLOv5-Nano", "yolov5-nano", 640, 0));

  private static final Subject DEMO = new Subject("demo detector", "conveyor-parts", 0, 0);

  /** Trained by others; there only where their files are. */
  private static final List<Subject> SHARED =
      List.of(
          new Subject("YOLOv5-Lite-e for COCO", "v5lite-e-coco", 320, 0),
          new Subject("YOLOX-nano", "yolox_nano-416", 416, 1.15));

  /** What is measured of a detector: its IRs in f32, FP16 and INT8, and its mAP in f32 and INT8. */
  private record Row(Subject subject, List<Turns.Contestant> three, Optional<Verdict> map) {
    Turns.Contestant f32() {
      return three.get(0);
    }

    Turns.Contestant int8() {
      return three.get(2);
    }
  }

  @Mixin private MeasureOptions options = new MeasureOptions(41);

  @Option(
      names = "--into",
      paramLabel = "FILE.md",
      description = "Also write the table between the markers of a page.")
  private @Nullable Path into;

  @Spec private CommandSpec spec;

  private final Path work = Checkout.work("int8");
  private final List<Row> rows = new ArrayList<>();
  private final List<String> below = new ArrayList<>();

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Int8(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    options.check(
        spec.commandLine(),
        Stream.of(ZOO.stream(), Stream.of(DEMO), SHARED.stream())
            .flatMap(subjects -> subjects)
            .map(Subject::system)
            .toList());
    String markdown = measure();
    System.out.print(markdown);
    if (into != null) {
      Page.replace(into, BEGIN, END, markdown);
    }
    below.forEach(bar -> System.err.println("int8.sh: " + bar));
    return below.isEmpty() ? 0 : BenchmarkProgram.CHECK_FAILED;
  }

  private boolean wanted(Subject subject) {
    return subject == ZOO.get(0) || options.wants(subject.system());
  }

  // ---- what is measured

  private String measure() throws Exception {
    Path shared = Checkout.shared();
    try (Turns turns = new Turns(options.threads(), options.rounds())) {
      for (Subject subject : ZOO) {
        if (wanted(subject)) {
          Path onnx = work.resolve(subject.system() + "-" + subject.size() + ".onnx");
          String size = Integer.toString(subject.size());
          Zoo.write(subject.system(), List.of("--names", "modern", "--size", size), onnx);
          add(turns, subject, onnx, pictures(Checkout.pictures()), Optional.empty());
        }
      }
      if (wanted(DEMO)) {
        Path heldOut = work.resolve("held-out");
        add(
            turns,
            DEMO,
            Checkout.root().resolve("ir-models/conveyor-parts.onnx"),
            pictures(work.resolve("calibration")),
            Optional.of(GroundTruth.coco(heldOut.resolve("instances.json"), heldOut)));
      }
      for (Subject subject : SHARED) {
        Path onnx = shared.resolve("models").resolve(subject.system() + ".onnx");
        if (wanted(subject) && Files.isRegularFile(onnx)) {
          Path eval = shared.resolve("eval");
          add(
              turns,
              subject,
              onnx,
              pictures(shared.resolve("pictures")),
              Optional.of(
                  GroundTruth.coco(eval.resolve("instances.json"), eval.resolve("images"))));
        }
      }
      Turns.Contestant stock = turns.add(work.resolve("stock/yolov5s.xml"));
      Turns.Contestant best = turns.add(work.resolve("best/yolov5s.xml"));
      Turns.Contestant control = turns.add(rows.get(0).f32().xml());
      turns.take("int8.sh");
      String json = options.json();
      if (json != null) {
        write(json, stock, best, control);
      }
      return markdown(turns, stock, best, control);
    }
  }

  private void add(
      Turns turns, Subject subject, Path onnx, List<Path> pictures, Optional<GroundTruth> truth)
      throws IOException {
    System.err.println("int8.sh: " + subject.system());
    List<Turns.Contestant> three = new ArrayList<>();
    for (WeightPrecision type : FLOATS) {
      Path folder = work.resolve(type.name().toLowerCase(Locale.ROOT));
      three.add(turns.add(Converter.convert(ConvertOptions.of(onnx).into(folder, type)).xml()));
    }
    QuantizeOptions quantize =
        QuantizeOptions.of(three.get(0).xml(), pictures, work.resolve("int8"));
    if (truth.isPresent()) {
      // Measured here, not judged.
      quantize = quantize.with(new Check(List.of(), truth, OptionalDouble.of(1), false));
    }
    Quantization made = Quantizer.quantize(quantize, QuantizeListener.SILENT);
    three.add(turns.add(made.xml().orElseThrow()));
    rows.add(new Row(subject, three, made.verdicts().stream().findFirst()));
  }

  private static List<Path> pictures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  // ---- what is said

  private String markdown(
      Turns turns, Turns.Contestant stock, Turns.Contestant best, Turns.Contestant control)
      throws IOException {
    Row first = rows.get(0);
    StringBuilder text = new StringBuilder();
    text.append(
        "| model as f32 / FP16 / INT8 | input | .xml KB | .bin MB | ms | time of %s in f32 / time of the model | time in f32 / time in INT8 | mAP@.5:.95 f32 / INT8 |\n"
            .formatted(first.subject().title()));
    text.append("| ---").append(" | ---:".repeat(7)).append(" |\n");
    for (Row row : rows) {
      Ratio gain = row.f32().over(row.int8());
      text.append(
          "| %s | %s | %s | %s | %s | %s | **%s** | %s |\n"
              .formatted(
                  row.subject().title(),
                  row.subject().size() == 0 ? "640x384" : row.subject().size(),
                  three(row, "%.0f", one -> Files.size(one.xml()) / 1e3),
                  three(row, "%.2f", one -> Files.size(one.bin()) / 1e6),
                  three(row, "%.1f", Turns.Contestant::median),
                  three(row, "%.2f", one -> first.f32().over(one).median()),
                  ratio(gain),
                  row.map().map(Int8::map).orElse("–")));
      bar(row.subject().title() + ", f32 over INT8", gain, row.subject().bar());
    }
    Optional<Row> pplcnet =
        rows.stream().filter(row -> row.subject().system().equals("pplcnet-yolo")).findFirst();
    if (pplcnet.isPresent()) {
      Ratio factor = stock.over(pplcnet.get().int8());
      text.append(
          "\nThe time of YOLOv5s v5.0 divided by the time of PPLcnet-yolo in INT8 is **%2$s** if YOLOv5s runs in f32, converted by Model Optimizer without rewrites. It is %3$s with ovkit's best f32 IR, and %4$s in INT8. The seed's ratio is %1$.2f, with both in FP16.\n"
              .formatted(
                  SEED,
                  ratio(factor),
                  ratio(best.over(pplcnet.get().int8())),
                  ratio(first.int8().over(pplcnet.get().int8()))));
      bar("YOLOv5s by the stock route over PPLcnet-yolo in INT8", factor, SEED);
    }
    text.append("\n").append(turns.setting(first.subject().title(), first.f32(), control));
    return text.toString();
  }

  private void bar(String what, Ratio ratio, double least) {
    boolean judged = options.threads() == 1 && "AVX2".equals(System.getenv("ONEDNN_MAX_CPU_ISA"));
    if (judged && ratio.median() < least) {
      below.add(String.format(Locale.ROOT, "%s: %.3f, less than %s", what, ratio.median(), least));
    }
  }

  private static String map(Verdict verdict) {
    return String.format(Locale.ROOT, "%.4f / %.4f", verdict.before(), verdict.after());
  }

  private static String ratio(Ratio ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio.median());
  }

  /** Says a figure of one IR. */
  private interface Figure {
    double of(Turns.Contestant one) throws IOException;
  }

  private static String three(Row row, String format, Figure figure) throws IOException {
    List<String> texts = new ArrayList<>();
    for (Turns.Contestant one : row.three()) {
      texts.add(String.format(Locale.ROOT, format, figure.of(one)));
    }
    return String.join(" / ", texts);
  }

  private void write(
      String json, Turns.Contestant stock, Turns.Contestant best, Turns.Contestant control)
      throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Row row : rows) {
      List<String> types = List.of("FP32", "FP16", "INT8");
      for (int i = 0; i < types.size(); i++) {
        all.add(json(row.subject().system(), types.get(i), row.three().get(i)));
      }
    }
    all.add(json("yolov5s-v5", "stock route", stock));
    all.add(json("yolov5s-v5", "best in f32", best));
    all.add(json("yolov5s-v5", "control", control));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("threads", options.threads());
    object.put("rounds", options.rounds());
    object.put("rows", all);
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(json), object);
  }

  private Map<String, Object> json(String model, String variant, Turns.Contestant one) {
    Ratio ratio = rows.get(0).f32().over(one);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("model", model);
    row.put("variant", variant);
    row.put("median_ms", one.median());
    row.put("ratio", ratio.median());
    row.put("low", ratio.low());
    row.put("high", ratio.high());
    return row;
  }
}
