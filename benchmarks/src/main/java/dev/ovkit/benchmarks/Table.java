package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bench.Ratio;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.machine.Cpu;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the seed's detectors weigh and how long they take, in {@link Turns}. */
@Command(name = "table.sh", description = "The table of the seed's detectors.")
final class Table implements Callable<Integer> {

  private static final String BEGIN = "<!-- speed: written by benchmarks/table.sh -->";
  private static final String END = "<!-- end of speed -->";
  private static final String NONE = "–";

  /**
   * A line of the table.
   *
   * @param seed what the seed printed of it: parameters, GFLOPs, time over that of YOLOv5s
   */
  private record Subject(String title, String system, int size, List<String> seed) {
    Subject(String title, String system, int size) {
      this(title, system, size, List.of(NONE, NONE, NONE));
    }

    String name() {
      return system + "-" + size;
    }
  }

  /** The first is what the others are compared with. */
  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject("YOLOv5s v5.0", "yolov5s-v5", 640, List.of(NONE, NONE, "1")),
          new Subject("YOLOv5s v6.0", "yolov5s-v6", 640),
          new Subject(
              "PPLcnet-yolo (v5Lite-c)",
              "pplcnet-yolo",
              640,
              List.of("4,378,838", "8.6", "0.35 (“2.85x”)")),
          new Subject(
              "its neck without SE", "pplcnet-yolo-no-se", 640, List.of("4,376,531", "8.6", NONE)),
          new Subject(
              "its neck with 3x3 convolutions",
              "pplcnet-yolo-conv3x3",
              640,
              List.of("4,982,390", "9.4", NONE)),
          new Subject("v5Lite-e", "v5lite-e", 320),
          new Subject("v5Lite-e", "v5lite-e", 640),
          new Subject("v5Lite-s", "v5lite-s", 640),
          new Subject("v5Lite-g", "v5lite-g", 640),
          new Subject("YOLOv5-Nano", "yolov5-nano", 640));

  /** A line of the table, measured. */
  private record Row(Subject subject, JsonNode zoo, Turns.Contestant contestant) {}

  /**
   * What one core can do at most.
   *
   * @param vectors the widest that OpenVINO may use here
   */
  private record Peak(String vectors, double gflops) {
    static Peak measure(String program) throws IOException {
      Process process = new ProcessBuilder(program).start();
      Map<String, Double> peaks = new LinkedHashMap<>();
      for (String line :
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .lines()
              .toList()) {
        peaks.put(line.split(" ")[0], Double.valueOf(line.split(" ")[1]));
      }
      String vectors = Cpu.here().usesAvx512(System.getenv()) ? "avx512" : "avx2";
      return new Peak(vectors, Objects.requireNonNull(peaks.get(vectors)));
    }

    /** The share of it that a model of so many GFLOPs has in so many milliseconds. */
    double share(double gflop, double ms, int threads) {
      return gflop / ms * 1e3 / (gflops * threads);
    }
  }

  @Mixin private MeasureOptions options = new MeasureOptions(101);

  @Option(
      names = "--into",
      paramLabel = "FILE.md",
      description = "Also write the table between the markers of a page.")
  private @Nullable Path into;

  @Spec private CommandSpec spec;

  private final Path work = Checkout.work("table");
  private final List<Row> rows = new ArrayList<>();

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Table(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    options.check(spec.commandLine(), SUBJECTS.stream().map(Subject::system).distinct().toList());
    String markdown = measure(Peak.measure(work.resolve("peak").toString()));
    System.out.print(markdown);
    if (into != null) {
      Page.replace(into, BEGIN, END, markdown);
    }
    return 0;
  }

  private String measure(Peak peak) throws Exception {
    List<Subject> subjects =
        SUBJECTS.stream()
            .filter(s -> s.equals(SUBJECTS.get(0)) || options.wants(s.system()))
            .toList();
    try (Turns turns = new Turns(options.threads(), options.rounds())) {
      for (Subject subject : subjects) {
        System.err.println("table.sh: " + subject.name());
        Path onnx = work.resolve(subject.name() + ".onnx");
        String size = Integer.toString(subject.size());
        JsonNode zoo =
            Zoo.write(subject.system(), List.of("--names", "modern", "--size", size), onnx);
        Path xml =
            Converter.convert(ConvertOptions.of(onnx).into(work, WeightPrecision.FP16)).xml();
        rows.add(new Row(subject, zoo, turns.add(xml)));
      }
      Turns.Contestant control = turns.add(rows.get(0).contestant().xml());
      turns.take("table.sh");
      String json = options.json();
      if (json != null) {
        write(json, control);
      }
      return markdown(turns, control, peak);
    }
  }

  // ---- what is said

  private String markdown(Turns turns, Turns.Contestant control, Peak peak) throws IOException {
    Row first = rows.get(0);
    StringBuilder text = new StringBuilder();
    text.append(
        "| model, 1 class | input | parameters | GFLOPs | FP16 IR: .xml KB | .bin MB | ms | of the peak | time / time of %s | 95 %% | the seed: parameters | GFLOPs | time / time of YOLOv5s |\n"
            .formatted(first.subject().title()));
    text.append("| ---").append(" | ---:".repeat(8)).append(" | ---").append(" | ---:".repeat(3));
    text.append(" |\n");
    for (Row row : rows) {
      Ratio ratio = row.contestant().over(first.contestant());
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %,d | %.2f | %.0f | %.2f | %.2f | %.0f %% | %s | %s | %s |%n",
              row.subject().title(),
              row.subject().size(),
              row.zoo().path("parameters").asLong(),
              row.zoo().path("gflops").asDouble(),
              Files.size(row.contestant().xml()) / 1e3,
              Files.size(row.contestant().bin()) / 1e6,
              row.contestant().median(),
              100
                  * peak.share(
                      row.zoo().path("gflops").asDouble(),
                      row.contestant().median(),
                      options.threads()),
              row == first ? "1" : String.format(Locale.ROOT, "**%.3f**", ratio.median()),
              row == first
                  ? ""
                  : String.format(Locale.ROOT, "%.3f–%.3f", ratio.low(), ratio.high()),
              String.join(" | ", row.subject().seed())));
    }
    text.append("\n").append(turns.setting(first.subject().title(), first.contestant(), control));
    text.append(
        String.format(
            Locale.ROOT,
            "The peak of one core is %.1f GFLOP/s of multiply-adds with %s.%n",
            peak.gflops(),
            peak.vectors()));
    return text.toString();
  }

  private void write(String json, Turns.Contestant control) throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Row row : rows) {
      all.add(json(row.subject().name(), row.contestant()));
    }
    all.add(json("control", control));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("threads", options.threads());
    object.put("rounds", options.rounds());
    object.put("rows", all);
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(json), object);
  }

  private Map<String, Object> json(String model, Turns.Contestant one) {
    Ratio ratio = one.over(rows.get(0).contestant());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("model", model);
    row.put("median_ms", one.median());
    row.put("ratio", ratio.median());
    row.put("low", ratio.low());
    row.put("high", ratio.high());
    return row;
  }
}
