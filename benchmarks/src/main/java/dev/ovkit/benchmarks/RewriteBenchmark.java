package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Ratio;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.family.Families;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.rewrite.Rewritten;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Times what the rewrites of a conversion are worth, in {@link Turns}: the same model with all of
 * them, with none, and, if asked, with each alone and with each left out.
 */
@Command(
    name = "rewrites.sh",
    description = "Times the rewrites of 'ovkit convert' on models of the zoo.")
final class RewriteBenchmark implements Callable<Integer> {

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

  /** Some rewrites of a model and what they make of its time. */
  private record Way(String name, Turns.Contestant contestant) {
    Comparison over(Way other) {
      return new Comparison(name, other.name, contestant.over(other.contestant));
    }
  }

  private record Comparison(String of, String to, Ratio ratio) {}

  private record Result(
      String model,
      Map<String, Integer> fired,
      Map<String, Double> ms,
      List<Comparison> comparisons) {}

  @Mixin private MeasureOptions options = new MeasureOptions(41);

  @Option(
      names = "--clock",
      paramLabel = "CLOCK",
      defaultValue = "wall",
      description = "${COMPLETION-CANDIDATES}; the second is steadier on a busy machine.")
  private Turns.Clock clock;

  @Option(names = "--each", description = "Also time each rewrite alone, and each left out.")
  private boolean each;

  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new RewriteBenchmark(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    options.check(spec.commandLine(), SUBJECTS.stream().map(Subject::name).toList());
    if (clock == Turns.Clock.CPU && options.threads() != 1) {
      throw new ParameterException(spec.commandLine(), "--clock cpu needs --threads 1");
    }
    Map<String, Object> settings = settings();
    settings.forEach((key, value) -> System.out.println(key + ": " + value));
    System.out.println();
    System.out.println("| model | compared | ms | ms | ratio | 95 % |");
    System.out.println("| --- | --- | ---: | ---: | ---: | --- |");
    List<Result> results = new ArrayList<>();
    for (Subject subject : SUBJECTS) {
      if (options.wants(subject.name())) {
        Result result = measure(subject);
        print(result);
        results.add(result);
      }
    }
    System.out.println();
    System.out.println("load now: " + Turns.load());
    String json = options.json();
    if (json != null) {
      settings.put("load_after", Turns.load());
      settings.put("models", results.stream().map(RewriteBenchmark::plain).toList());
      new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(json), settings);
    }
    return 0;
  }

  private Result measure(Subject subject) throws Exception {
    Path temp = Files.createTempDirectory("rewrites");
    try (Turns turns = new Turns(options.threads(), options.rounds(), clock)) {
      Path onnx = temp.resolve("model.onnx");
      Zoo.write(subject.system(), List.of(subject.options().split(" ")), onnx);
      OnnxModel cut = heads(onnx);
      Map<String, Integer> fired = dev.ovkit.onnx.rewrite.Rewrites.apply(cut).fired();
      List<Way> ways = new ArrayList<>();
      ways.add(way(turns, cut, "none", title -> false, temp));
      ways.add(way(turns, cut, "all", title -> true, temp));
      if (each) {
        for (String title : fired.keySet()) {
          ways.add(way(turns, cut, "only: " + title, title::equals, temp));
          ways.add(way(turns, cut, "without: " + title, other -> !other.equals(title), temp));
        }
      }
      turns.take("rewrites.sh");
      return compare(subject.name(), fired, ways);
    } finally {
      for (File file : temp.toFile().listFiles()) {
        Files.delete(file.toPath());
      }
      Files.delete(temp);
    }
  }

  private static OnnxModel heads(Path onnx) {
    OnnxModel model = OnnxModel.read(onnx);
    return model.cut(Families.ALL.recognise(model).detector().orElseThrow().cutAt());
  }

  /** Rewrites here and converts without: so any choice of rewrites goes the way of the product. */
  private static Way way(
      Turns turns, OnnxModel cut, String name, Predicate<String> wanted, Path temp)
      throws IOException {
    Rewritten rewritten = dev.ovkit.onnx.rewrite.Rewrites.apply(cut, wanted);
    Path onnx = temp.resolve("rewritten.onnx");
    Files.write(onnx, rewritten.model().toBytes());
    ConvertOptions plain = ConvertOptions.of(onnx);
    Path xml =
        Converter.convert(
                new ConvertOptions(
                    onnx,
                    temp,
                    "way",
                    WeightPrecision.FP32,
                    plain.outputs(),
                    plain.inputShape(),
                    plain.mean(),
                    plain.scale(),
                    plain.reverseChannels(),
                    plain.resize(),
                    plain.pad(),
                    plain.interpolation(),
                    plain.labels(),
                    false,
                    plain.description()))
            .xml();
    return new Way(name, turns.add(xml));
  }

  private static Result compare(String model, Map<String, Integer> fired, List<Way> ways) {
    Map<String, Double> medians = new LinkedHashMap<>();
    List<Comparison> comparisons = new ArrayList<>();
    Way none = ways.get(0);
    Way all = ways.get(1);
    for (Way way : ways) {
      check(model, none, way);
      medians.put(way.name(), way.contestant().median());
      if (way.name().startsWith("without")) {
        comparisons.add(all.over(way));
      } else if (way != none) {
        comparisons.add(way.over(none));
      }
    }
    return new Result(model, fired, medians, comparisons);
  }

  /** A quick wrong answer is worth nothing. */
  private static void check(String model, Way a, Way b) {
    for (int head = 0; head < 3; head++) {
      float[] expected = a.contestant().output(head);
      float[] actual = b.contestant().output(head);
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

  // ---- what is said

  private static void print(Result result) {
    for (Comparison one : result.comparisons()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %s / %s | %.2f | %.2f | **%.3f** | %.3f–%.3f |%n",
          result.model(),
          one.of(),
          one.to(),
          result.ms().get(one.of()),
          result.ms().get(one.to()),
          one.ratio().median(),
          one.ratio().low(),
          one.ratio().high());
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
        result.comparisons().stream()
            .map(
                one ->
                    Map.of(
                        "of",
                        one.of(),
                        "to",
                        one.to(),
                        "median",
                        one.ratio().median(),
                        "low",
                        one.ratio().low(),
                        "high",
                        one.ratio().high()))
            .toList());
    return plain;
  }

  private Map<String, Object> settings() throws IOException {
    Map<String, Object> settings = new LinkedHashMap<>();
    Environment here = Environment.here();
    settings.put("cpu", here.cpu());
    settings.put("flags", String.join(" ", here.flags()));
    settings.put("cores", Runtime.getRuntime().availableProcessors());
    settings.put("threads", options.threads());
    settings.put("streams", 1);
    settings.put("clock", clock.name().toLowerCase(Locale.ROOT));
    settings.put("precision", "f32, IR in FP32");
    settings.put("rounds", options.rounds());
    settings.put(
        "ONEDNN_MAX_CPU_ISA", System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "not set"));
    settings.put("load", Turns.load());
    return settings;
  }
}
