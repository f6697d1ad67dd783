import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.DataType;
import dev.ovkit.onnx.DetectorFamily;
import dev.ovkit.onnx.DetectorFamily.FoundHead;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Rewritten;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Times what the rewrites of a conversion are worth: the same model with all of them, with none,
 * with each alone and with each left out, one inference of each in a round, so that whatever slows
 * the machine slows all alike. Each turn is preceded by one that is not timed, which brings the
 * weights back into the caches.
 *
 * <p>A ratio is taken within a round; what is printed is the median over all rounds, with the
 * interval that holds it in 95 % of 2,000 bootstrap samples.
 */
final class Rewrites {

  /** A model of the zoo: what it shows, its system and its options. */
  private record Subject(String name, String system, String options) {}

  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject("pplcnet-yolo", "pplcnet-yolo", "--names modern"),
          new Subject("pplcnet-yolo-legacy", "pplcnet-yolo", "--names legacy"),
          new Subject("yolov5s-v5", "yolov5s-v5", "--names modern"),
          new Subject("yolov5s-v6", "yolov5s-v6", "--names modern"),
          new Subject("yolov5-nano", "yolov5-nano", "--names modern"),
          new Subject("v5lite-e", "v5lite-e", "--names modern"),
          new Subject("v5lite-s", "v5lite-s", "--names modern"),
          new Subject("pplcnet-yolo-bn", "pplcnet-yolo", "--names legacy --bn keep --size 320"),
          new Subject("yolov5s-v6-bn", "yolov5s-v6", "--names modern --bn keep --size 320"),
          new Subject("v5lite-g-training", "v5lite-g", "--names modern --bn keep --size 320"),
          new Subject(
              "repvgg-a1-training", "repvgg-a1-yolo", "--names modern --bn keep --size 320"));

  /** One way to convert the model, ready to run. */
  private record Way(String name, CompiledModel compiled, InferRequest request) {

    double milliseconds(Clock clock) {
      request.infer();
      long start = clock.now();
      request.infer();
      return (clock.now() - start) / 1e6;
    }

    float[] output(int index) {
      FloatBuffer values = request.output(index).floats();
      float[] copy = new float[values.remaining()];
      values.get(0, copy);
      return copy;
    }
  }

  /** What is counted; with one thread the calling one infers, so its own time is all of it. */
  private enum Clock {
    WALL,
    CPU;

    long now() {
      return this == WALL
          ? System.nanoTime()
          : ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }

  private record Ratio(String of, String to, double median, double low, double high) {}

  private record Result(
      String model, Map<String, Integer> fired, Map<String, Double> ms, List<Ratio> ratios) {}

  private final String python;
  private final Path scripts;
  private final int threads;
  private final int rounds;
  private final Clock clock;
  private final boolean each;

  private Rewrites(
      String python, Path scripts, int threads, int rounds, Clock clock, boolean each) {
    this.clock = clock;
    this.python = python;
    this.scripts = scripts;
    this.threads = threads;
    this.rounds = rounds;
    this.each = each;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> rest = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
    boolean each = rest.remove("--each");
    int threads = 1;
    int rounds = 41;
    Clock clock = Clock.WALL;
    List<String> names = SUBJECTS.stream().map(Subject::name).toList();
    String json = "";
    for (int i = 0; i + 1 < rest.size(); i += 2) {
      String value = rest.get(i + 1);
      switch (rest.get(i)) {
        case "--threads" -> threads = Integer.parseInt(value);
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--clock" -> clock = Clock.valueOf(value.toUpperCase(Locale.ROOT));
        case "--models" -> names = List.of(value.split(","));
        case "--json" -> json = value;
        default -> usage(rest.get(i));
      }
    }
    if (rest.size() % 2 != 0) {
      usage(rest.get(rest.size() - 1));
    }
    if (clock == Clock.CPU && threads != 1) {
      usage("--clock cpu with --threads " + threads);
    }
    Rewrites benchmark =
        new Rewrites(arguments[0], Path.of(arguments[1]), threads, rounds, clock, each);
    Map<String, Object> settings = settings(threads, rounds, clock);
    settings.forEach((key, value) -> System.out.println(key + ": " + value));
    System.out.println();
    System.out.println("| model | compared | ms | ms | ratio | 95 % |");
    System.out.println("| --- | --- | ---: | ---: | ---: | --- |");
    List<Result> results = new ArrayList<>();
    for (String name : names) {
      Subject subject =
          SUBJECTS.stream()
              .filter(s -> s.name().equals(name))
              .findAny()
              .orElseGet(() -> usage("--models " + name));
      Result result = benchmark.measure(subject);
      print(result);
      results.add(result);
    }
    System.out.println();
    System.out.println("load now: " + load());
    if (!json.isEmpty()) {
      settings.put("load_after", load());
      settings.put("models", results.stream().map(Rewrites::plain).toList());
      new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(json), settings);
    }
  }

  private static Subject usage(String what) {
    System.err.println(
        "rewrites.sh: %s? It takes --threads N, --rounds N, --clock wall|cpu, --each, --json FILE"
                .formatted(what)
            + " and --models with some of "
            + String.join(",", SUBJECTS.stream().map(Subject::name).toList()));
    System.exit(2);
    throw new IllegalStateException();
  }

  private Result measure(Subject subject) throws Exception {
    Path temp = Files.createTempDirectory("rewrites");
    try (Core core = Core.create()) {
      OnnxModel cut = heads(zoo(subject, temp));
      Map<String, Integer> fired = cut.rewritten().fired();
      List<Way> ways = new ArrayList<>();
      ways.add(way(core, cut, "none", title -> false, temp));
      ways.add(way(core, cut, "all", title -> true, temp));
      if (each) {
        for (String title : fired.keySet()) {
          ways.add(way(core, cut, "only: " + title, title::equals, temp));
          ways.add(way(core, cut, "without: " + title, other -> !other.equals(title), temp));
        }
      }
      try {
        return compare(subject.name(), fired, ways);
      } finally {
        for (Way way : ways) {
          way.request().close();
          way.compiled().close();
        }
      }
    } finally {
      for (File file : temp.toFile().listFiles()) {
        Files.delete(file.toPath());
      }
      Files.delete(temp);
    }
  }

  private Path zoo(Subject subject, Path temp) throws IOException, InterruptedException {
    Path onnx = temp.resolve("model.onnx");
    List<String> command =
        new ArrayList<>(
            List.of(python, "-m", "zoo", "--system", subject.system(), "--out", onnx.toString()));
    command.addAll(List.of(subject.options().split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command).directory(scripts.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Path log = temp.resolve("zoo.log");
    if (builder.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor() != 0) {
      throw new IOException("the zoo failed: " + Files.readString(log));
    }
    return onnx;
  }

  private static OnnxModel heads(Path onnx) {
    OnnxModel model = OnnxModel.read(onnx);
    DetectorFamily.Yolov5 family = (DetectorFamily.Yolov5) model.family();
    return model.cut(family.heads().stream().map(FoundHead::tensor).toList());
  }

  /** Rewrites here and converts without: so any choice of rewrites goes the way of the product. */
  private Way way(Core core, OnnxModel cut, String name, Predicate<String> wanted, Path temp)
      throws IOException {
    Rewritten rewritten = cut.rewritten(wanted);
    Path onnx = temp.resolve("rewritten.onnx");
    Files.write(onnx, rewritten.model().toBytes());
    ConvertOptions plain = ConvertOptions.of(onnx);
    Path xml =
        Converter.convert(
                new ConvertOptions(
                    onnx,
                    temp,
                    "way",
                    DataType.FP32,
                    plain.outputs(),
                    plain.inputShape(),
                    plain.mean(),
                    plain.scale(),
                    plain.reverseChannels(),
                    plain.resize(),
                    plain.pad(),
                    plain.labels(),
                    false))
            .xml();
    try (Model model = core.readModel(xml)) {
      CompiledModel compiled =
          core.compile(model, CompileOptions.defaults().withThreads(threads).withStreams(1));
      InferRequest request = compiled.createRequest();
      Random random = new Random(3);
      FloatBuffer input = request.input(0).floats();
      for (int i = 0; i < input.capacity(); i++) {
        input.put(i, random.nextInt(256));
      }
      return new Way(name, compiled, request);
    }
  }

  private Result compare(String model, Map<String, Integer> fired, List<Way> ways) {
    double[][] ms = new double[ways.size()][rounds];
    ways.forEach(way -> way.milliseconds(clock));
    List<Integer> order = new ArrayList<>(IntStream.range(0, ways.size()).boxed().toList());
    Random random = new Random(5);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random); // so that none always follows the same other
      for (int w : order) {
        ms[w][round] = ways.get(w).milliseconds(clock);
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    List<Ratio> ratios = new ArrayList<>();
    for (int w = 0; w < ways.size(); w++) {
      Way way = ways.get(w);
      check(model, ways.get(0), way);
      medians.put(way.name(), median(ms[w]));
      if (way.name().startsWith("without")) {
        ratios.add(ratio("all", way.name(), ms[1], ms[w]));
      } else if (w > 0) {
        ratios.add(ratio(way.name(), "none", ms[w], ms[0]));
      }
    }
    return new Result(model, fired, medians, ratios);
  }

  /** A quick wrong answer is worth nothing. */
  private static void check(String model, Way a, Way b) {
    for (int head = 0; head < 3; head++) {
      float[] expected = a.output(head);
      float[] actual = b.output(head);
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < expected.length; i++) {
        difference += Math.pow(expected[i] - actual[i], 2);
        norm += Math.pow(expected[i], 2);
      }
      if (!(Math.sqrt(difference / norm) < 1e-5)) {
        throw new IllegalStateException(
            "%s, '%s': another output, relative L2 %.1e"
                .formatted(model, b.name(), Math.sqrt(difference / norm)));
      }
    }
  }

  private static Ratio ratio(String of, String to, double[] a, double[] b) {
    double[] ratios = IntStream.range(0, a.length).mapToDouble(i -> a[i] / b[i]).toArray();
    Random random = new Random(1);
    double[] medians =
        IntStream.range(0, 2000)
            .mapToDouble(
                sample ->
                    median(
                        random
                            .ints(ratios.length, 0, ratios.length)
                            .mapToDouble(i -> ratios[i])
                            .toArray()))
            .sorted()
            .toArray();
    return new Ratio(of, to, median(ratios), medians[49], medians[1949]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  // ---- what is said

  private static void print(Result result) {
    for (Ratio ratio : result.ratios()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %s / %s | %.2f | %.2f | **%.3f** | %.3f–%.3f |%n",
          result.model(),
          ratio.of(),
          ratio.to(),
          result.ms().get(ratio.of()),
          result.ms().get(ratio.to()),
          ratio.median(),
          ratio.low(),
          ratio.high());
    }
    System.out.println(
        "| | fired: %s | | | | |"
            .formatted(
                String.join(
                    ", ",
                    result.fired().entrySet().stream()
                        .map(e -> e.getKey() + " x" + e.getValue())
                        .toList())));
    System.out.flush();
  }

  private static Map<String, Object> plain(Result result) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("model", result.model());
    plain.put("fired", result.fired());
    plain.put("median_ms", result.ms());
    plain.put(
        "ratios",
        result.ratios().stream()
            .map(
                r ->
                    Map.of(
                        "of",
                        r.of(),
                        "to",
                        r.to(),
                        "median",
                        r.median(),
                        "low",
                        r.low(),
                        "high",
                        r.high()))
            .toList());
    return plain;
  }

  private static Map<String, Object> settings(int threads, int rounds, Clock clock)
      throws IOException {
    Map<String, Object> settings = new LinkedHashMap<>();
    List<String> cpu = Files.readAllLines(Path.of("/proc/cpuinfo"));
    settings.put("cpu", field(cpu, "model name"));
    List<String> flags = List.of(field(cpu, "flags").split(" "));
    settings.put(
        "flags",
        String.join(" ", flags.stream().filter(f -> f.matches("avx.*|fma|amx.*")).toList()));
    settings.put("cores", Runtime.getRuntime().availableProcessors());
    settings.put("threads", threads);
    settings.put("streams", 1);
    settings.put("clock", clock.name().toLowerCase(Locale.ROOT));
    settings.put("precision", "f32, IR in FP32");
    settings.put("rounds", rounds);
    String limit = System.getenv("ONEDNN_MAX_CPU_ISA");
    settings.put("ONEDNN_MAX_CPU_ISA", limit == null ? "not set" : limit);
    settings.put("load", load());
    return settings;
  }

  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown");
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).strip();
  }
}
