import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Statistics;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.DataType;
import dev.ovkit.files.WholeFile;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Cpu;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * What the seed's detectors weigh and how long they take. All of them are in memory at once and
 * take turns, in a new order each round, so that whatever slows the machine slows all alike; a turn
 * is one pass that brings the weights back into the caches, and one that is timed. Ratios are those
 * of {@code ovkit bench}.
 */
final class Table {

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

  /** A way to convert each model; every one has columns of its own for size, time and ratio. */
  private record Variant(String title, DataType type) {
    Path convert(Path onnx, Path work) {
      return Converter.convert(ConvertOptions.of(onnx).into(work, type)).xml();
    }
  }

  private static final List<Variant> VARIANTS = List.of(new Variant("FP16 IR", DataType.FP16));

  /** A model in memory. */
  private record Contestant(
      Subject subject, Path xml, CompiledModel compiled, InferRequest request, double[] ms) {

    static Contestant open(Core core, Subject subject, Path xml, int threads, int rounds) {
      try (Model model = core.readModel(xml)) {
        CompiledModel compiled =
            core.compile(model, CompileOptions.defaults().withThreads(threads).withStreams(1));
        InferRequest request = compiled.createRequest();
        Random random = new Random(3);
        FloatBuffer input = request.input(0).floats();
        for (int i = 0; i < input.capacity(); i++) {
          input.put(i, random.nextInt(256));
        }
        return new Contestant(subject, xml, compiled, request, new double[rounds]);
      }
    }

    void turn(int round) {
      request.infer();
      long start = System.nanoTime();
      request.infer();
      ms[round] = (System.nanoTime() - start) / 1e6;
    }

    double median() {
      return Statistics.of(ms).p50();
    }

    void close() {
      request.close();
      compiled.close();
    }
  }

  /**
   * What one core can do at most.
   *
   * @param vectors the widest that OpenVINO may use here
   */
  private record Peak(String vectors, double gflops) {
    static Peak measure(String program) throws IOException {
      Process process = new ProcessBuilder(program).start();
      Map<String, Double> peaks = new LinkedHashMap<>();
      for (String line : new String(process.getInputStream().readAllBytes()).lines().toList()) {
        peaks.put(line.split(" ")[0], Double.valueOf(line.split(" ")[1]));
      }
      String vectors = Cpu.here().usesAvx512(System.getenv()) ? "avx512" : "avx2";
      return new Peak(vectors, peaks.get(vectors));
    }
  }

  private record Options(int threads, int rounds, List<String> models, String into, String json) {}

  private final String python;
  private final Path scripts;
  private final Path work;
  private final Peak peak;
  private final Options options;
  private final Map<Subject, JsonNode> zoo = new LinkedHashMap<>();
  private final Map<Variant, List<Contestant>> contestants = new LinkedHashMap<>();

  private Table(String python, Path scripts, Path work, Peak peak, Options options) {
    this.python = python;
    this.scripts = scripts;
    this.work = work;
    this.peak = peak;
    this.options = options;
  }

  public static void main(String[] arguments) throws Exception {
    Options options = options(List.of(arguments).subList(4, arguments.length));
    Peak peak = Peak.measure(arguments[3]);
    Table table =
        new Table(arguments[0], Path.of(arguments[1]), Path.of(arguments[2]), peak, options);
    String markdown = table.measure();
    System.out.print(markdown);
    if (!options.into().isEmpty()) {
      replace(Path.of(options.into()), markdown);
    }
  }

  private static Options options(List<String> given) {
    int threads = 1;
    int rounds = 101;
    List<String> models = List.of();
    String into = "";
    String json = "";
    for (int i = 0; i + 1 < given.size(); i += 2) {
      String value = given.get(i + 1);
      switch (given.get(i)) {
        case "--threads" -> threads = Integer.parseInt(value);
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--models" -> models = List.of(value.split(","));
        case "--into" -> into = value;
        case "--json" -> json = value;
        default -> usage(given.get(i));
      }
    }
    if (given.size() % 2 != 0) {
      usage(given.get(given.size() - 1));
    }
    return new Options(threads, rounds, models, into, json);
  }

  private static void usage(String what) {
    System.err.println(
        "table.sh: %s? It takes --threads N, --rounds N, --into FILE.md, --json FILE and --models with some of %s"
            .formatted(
                what,
                String.join(",", SUBJECTS.stream().map(Subject::system).distinct().toList())));
    System.exit(2);
  }

  private String measure() throws Exception {
    List<Subject> subjects =
        SUBJECTS.stream()
            .filter(
                s ->
                    options.models().isEmpty()
                        || s.equals(SUBJECTS.get(0))
                        || options.models().contains(s.system()))
            .toList();
    String loadBefore = load();
    try (Core core = Core.create()) {
      List<Contestant> all = new ArrayList<>();
      try {
        for (Subject subject : subjects) {
          System.err.println("table.sh: " + subject.name());
          Path onnx = work.resolve(subject.name() + ".onnx");
          zoo.put(subject, zoo(subject, onnx));
          for (Variant variant : VARIANTS) {
            Path xml = variant.convert(onnx, work);
            Contestant contestant =
                Contestant.open(core, subject, xml, options.threads(), options.rounds());
            all.add(contestant);
            contestants.computeIfAbsent(variant, v -> new ArrayList<>()).add(contestant);
          }
        }
        Contestant first = all.get(0);
        Contestant control =
            Contestant.open(
                core, first.subject(), first.xml(), options.threads(), options.rounds());
        all.add(control);
        takeTurns(all);
        String markdown = markdown(first, control, loadBefore);
        if (!options.json().isEmpty()) {
          json(first, control);
        }
        return markdown;
      } finally {
        all.forEach(Contestant::close);
      }
    }
  }

  private void takeTurns(List<Contestant> all) {
    all.forEach(contestant -> contestant.turn(0)); // the first pass of all is no measurement
    List<Contestant> order = new ArrayList<>(all);
    Random random = new Random(5);
    for (int round = 0; round < options.rounds(); round++) {
      Collections.shuffle(order, random); // so that none always follows the same other
      for (Contestant contestant : order) {
        contestant.turn(round);
      }
      if (round % 10 == 9) {
        System.err.printf("table.sh: round %d of %d%n", round + 1, options.rounds());
      }
    }
  }

  private JsonNode zoo(Subject subject, Path onnx) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                python,
                "-m",
                "zoo",
                "--system",
                subject.system(),
                "--size",
                Integer.toString(subject.size()),
                "--names",
                "modern",
                "--out",
                onnx.toString())
            .directory(scripts.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    File log = work.resolve("zoo.log").toFile();
    Process process = builder.redirectError(log).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("the zoo failed: " + said + Files.readString(log.toPath()));
    }
    return new ObjectMapper().readTree(said).path("models").get(0);
  }

  // ---- what is said

  private String markdown(Contestant first, Contestant control, String loadBefore)
      throws IOException {
    StringBuilder text = new StringBuilder();
    StringBuilder rule = new StringBuilder("| --- | ---: | ---: | ---: |");
    text.append("| model, 1 class | input | parameters | GFLOPs |");
    for (Variant variant : VARIANTS) {
      text.append(
          " %1$s: .xml KB | .bin MB | ms | of the peak | over %2$s | 95 %% |"
              .formatted(variant.title(), first.subject().title()));
      rule.append(" ---: | ---: | ---: | ---: | ---: | --- |");
    }
    text.append(" the seed: parameters | GFLOPs | time over YOLOv5s |\n");
    text.append(rule).append(" ---: | ---: | ---: |\n");
    int row = 0;
    for (Map.Entry<Subject, JsonNode> one : zoo.entrySet()) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %,d | %.2f |",
              one.getKey().title(),
              one.getKey().size(),
              one.getValue().path("parameters").asLong(),
              one.getValue().path("gflops").asDouble()));
      for (Variant variant : VARIANTS) {
        double gflop = one.getValue().path("gflops").asDouble();
        text.append(columns(contestants.get(variant).get(row), first, gflop));
      }
      text.append(" ").append(String.join(" | ", one.getKey().seed())).append(" |\n");
      row++;
    }
    Ratio ratio = Ratio.of(control.ms(), first.ms());
    boolean holds = ratio.median() >= 0.98 && ratio.median() <= 1.02;
    Environment here = Environment.here();
    text.append(
        String.format(
            Locale.ROOT,
            "%nA/A control, %s against itself: %.3f (%.3f–%.3f)%s. Median of %d rounds; the network alone, input filled once, f32, %d thread%s, 1 stream; a core's peak in multiply-adds: %.1f GFLOP/s with %s. %s, processors allowed: %d, governor %s; OpenVINO %s; ONEDNN_MAX_CPU_ISA %s; load %s before, %s after.%n",
            first.subject().title(),
            ratio.median(),
            ratio.low(),
            ratio.high(),
            holds ? "" : ": **the ratios are void**",
            options.rounds(),
            options.threads(),
            options.threads() == 1 ? "" : "s",
            peak.gflops(),
            peak.vectors(),
            here.cpu(),
            here.processors().allowed().size(),
            here.governor(),
            here.openvino(),
            System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "not set"),
            loadBefore,
            load()));
    return text.toString();
  }

  private String columns(Contestant contestant, Contestant first, double gflop) throws IOException {
    Path xml = contestant.xml();
    Path bin = Path.of(xml.toString().replaceFirst("xml$", "bin"));
    Ratio ratio = Ratio.of(contestant.ms(), first.ms());
    return String.format(
        Locale.ROOT,
        " %.0f | %.2f | %.2f | %.0f %% | %s | %s |",
        Files.size(xml) / 1e3,
        Files.size(bin) / 1e6,
        contestant.median(),
        100 * gflop / contestant.median() * 1e3 / (peak.gflops() * options.threads()),
        contestant == first ? "1" : String.format(Locale.ROOT, "**%.3f**", ratio.median()),
        contestant == first
            ? ""
            : String.format(Locale.ROOT, "%.3f–%.3f", ratio.low(), ratio.high()));
  }

  private void json(Contestant first, Contestant control) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Map.Entry<Variant, List<Contestant>> variant : contestants.entrySet()) {
      for (Contestant contestant : variant.getValue()) {
        rows.add(json(variant.getKey().title(), contestant, first));
      }
    }
    rows.add(json("control", control, first));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("threads", options.threads());
    object.put("rounds", options.rounds());
    object.put("rows", rows);
    new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(new File(options.json()), object);
  }

  private static Map<String, Object> json(String variant, Contestant one, Contestant first) {
    Ratio ratio = Ratio.of(one.ms(), first.ms());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("model", one.subject().name());
    row.put("variant", variant);
    row.put("median_ms", one.median());
    row.put("ratio", ratio.median());
    row.put("low", ratio.low());
    row.put("high", ratio.high());
    return row;
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
  }

  /** Puts the table between the markers of a page. */
  private static void replace(Path page, String markdown) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      System.err.printf(
          "table.sh: %s has no place for the table; expected a line '%s' and below it a line '%s'%n",
          page, BEGIN, END);
      System.exit(1);
    }
    String before = text.substring(0, begin + BEGIN.length());
    WholeFile.write(
        page, (before + "\n" + markdown + text.substring(end)).getBytes(StandardCharsets.UTF_8));
  }
}
