import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.DataType;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Ovkit against what else could run the same model. Every contestant is a process of its own; they
 * take turns within each round, in a new order every time, so that whatever slows the machine slows
 * all alike. A ratio is taken between the medians of one round; what is printed is the median over
 * the rounds, with the interval that holds it in 95 % of 2,000 bootstrap samples.
 */
final class Baselines {

  /** A model of the zoo and how many passes make one turn. */
  private record Subject(String system, String options, int passes) {}

  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject("pplcnet-yolo", "--size 640", 3),
          new Subject("yolov5s-v5", "--size 640", 2),
          new Subject("v5lite-e", "--size 640", 6),
          new Subject("v5lite-s", "--size 640", 6),
          new Subject("v5lite-e", "--size 64 --width 0.25", 400));

  private record Settings(
      Path app, Path work, String python, Path scripts, int threads, int rounds, Path pictures) {}

  /** A process that times passes when asked to. */
  private interface Contestant extends AutoCloseable {
    /** Returns the median of some passes, in milliseconds. */
    double turn(int passes) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
  }

  private static final class Served implements Contestant {
    private final Process process;
    private final Writer out;
    private final BufferedReader in;
    private final List<String> command;

    Served(List<String> command) throws IOException {
      this.command = command;
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      out = process.outputWriter(StandardCharsets.US_ASCII);
      in = process.inputReader(StandardCharsets.US_ASCII);
      String line = in.readLine();
      if (!"ready".equals(line)) {
        throw new IOException("said '" + line + "', not 'ready': " + command);
      }
    }

    @Override
    public double turn(int passes) throws IOException {
      out.write("1\n" + passes + "\n"); // the first brings the weights back into the caches
      out.flush();
      in.readLine();
      String line = in.readLine();
      if (line == null) {
        throw new IOException("ended: " + command);
      }
      return median(Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
          / 1e6;
    }

    @Override
    public void close() throws IOException {
      out.close();
      process.destroy();
    }
  }

  /** A new process each turn, for it cannot be asked. */
  private record BenchmarkApp(String python, Path ir, int threads) implements Contestant {
    private static final Pattern MEDIAN = Pattern.compile("Median:\\s+([0-9.]+) ms");

    @Override
    public double turn(int passes) throws IOException, InterruptedException {
      ProcessBuilder builder =
          new ProcessBuilder(
                  python,
                  "-c",
                  "from openvino.tools.benchmark.main import main; main()",
                  "-m",
                  ir.toString(),
                  "-d",
                  "CPU",
                  "-api",
                  "sync",
                  "-hint",
                  "none",
                  "-inference_only=false",
                  "-infer_precision",
                  "f32",
                  "-ip",
                  "f32",
                  "-nstreams",
                  "1",
                  "-nthreads",
                  Integer.toString(threads),
                  "-niter",
                  Integer.toString(Math.max(10, 4 * passes)))
              .redirectErrorStream(true);
      builder.environment().put("CI", "true");
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = MEDIAN.matcher(said);
      if (process.waitFor() != 0 || !matcher.find()) {
        throw new IOException("benchmark_app failed: " + said);
      }
      return Double.parseDouble(matcher.group(1));
    }

    @Override
    public void close() {}
  }

  private record Ratio(
      String of, String to, double of_ms, double to_ms, double median, double low, double high) {}

  private final Settings settings;
  private final List<Map<String, Object>> rows = new ArrayList<>();

  private Baselines(Settings settings) {
    this.settings = settings;
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      given.put(arguments[i], arguments[i + 1]);
    }
    Settings settings =
        new Settings(
            Path.of(given.get("--app")),
            Path.of(given.get("--work")),
            given.get("--python"),
            Path.of(given.get("--scripts")),
            Integer.parseInt(given.getOrDefault("--threads", "1")),
            Integer.parseInt(given.getOrDefault("--rounds", "21")),
            Path.of(given.get("--pictures")));
    Baselines run = new Baselines(settings);
    System.out.printf(
        Locale.ROOT,
        "threads %d, streams 1, f32, %d rounds, ONEDNN_MAX_CPU_ISA %s, load %s%n%n",
        settings.threads(),
        settings.rounds(),
        System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "not set"),
        Files.readString(Path.of("/proc/loadavg")).strip());
    Map<String, Double> peak = run.peak();
    System.out.println("FMA peak of one core, GFLOP/s: " + peak + "\n");
    System.out.println("| model | compared | ms | ms | ratio | 95 % |");
    System.out.println("| --- | --- | ---: | ---: | ---: | --- |");
    String models = given.getOrDefault("--models", "");
    for (Subject subject : SUBJECTS) {
      if (!models.isEmpty() && !List.of(models.split(",")).contains(subject.system())) {
        continue;
      }
      run.measure(subject, peak);
    }
    System.out.println("\nload now: " + Files.readString(Path.of("/proc/loadavg")).strip());
    if (given.containsKey("--json")) {
      new ObjectMapper()
          .writerWithDefaultPrettyPrinter()
          .writeValue(
              new File(given.get("--json")),
              Map.of(
                  "threads",
                  settings.threads(),
                  "rounds",
                  settings.rounds(),
                  "peak_gflops",
                  peak,
                  "rows",
                  run.rows));
    }
  }

  private void measure(Subject subject, Map<String, Double> peak) throws Exception {
    boolean toy = subject.options().contains("--size 64 ");
    String name = subject.system() + (toy ? " 64x64 toy" : "");
    Path onnx = settings.work().resolve(name.replace(' ', '-') + ".onnx");
    JsonNode zoo = zoo(subject, onnx);
    ConvertOptions options = ConvertOptions.of(onnx).into(settings.work(), DataType.FP32);
    Path ir = Converter.convert(options).xml();
    Path stock = settings.work().resolve("stock-" + ir.getFileName());
    run(List.of(settings.python(), script("stock.py"), onnx.toString(), stock.toString()));

    Map<String, Contestant> contestants = new LinkedHashMap<>();
    try {
      contestants.put("ovkit runtime", jvm("runtime", ir.toString()));
      contestants.put("C++ loop", new Served(loop(ir)));
      contestants.put("C++ loop again", new Served(loop(ir)));
      if (!toy) {
        contestants.put(
            "benchmark_app", new BenchmarkApp(settings.python(), ir, settings.threads()));
        contestants.put(
            "benchmark_app, stock IR",
            new BenchmarkApp(settings.python(), stock, settings.threads()));
        contestants.put("ONNX Runtime", jvm("onnxruntime", onnx.toString()));
      }
      Map<String, double[]> ms = turns(contestants, subject.passes());
      for (String other : ms.keySet()) {
        if (!other.equals("ovkit runtime") && !other.equals("C++ loop again")) {
          print(name, ratio("ovkit runtime", other, ms));
        }
      }
      Ratio control = ratio("C++ loop again", "C++ loop", ms);
      print(
          name
              + (control.median() < 0.98 || control.median() > 1.02
                  ? " (A/A control: VOID)"
                  : " (A/A control)"),
          control);
      if (!toy && settings.threads() == 1) {
        double gflops = zoo.path("gflops").asDouble() / median(ms.get("ovkit runtime")) * 1e3;
        for (Map.Entry<String, Double> entry : peak.entrySet()) {
          System.out.printf(
              Locale.ROOT,
              "| %s | %.1f GFLOP/s of the %s peak | | | %.2f | |%n",
              name,
              gflops,
              entry.getKey(),
              gflops / entry.getValue());
        }
      }
    } finally {
      for (Contestant contestant : contestants.values()) {
        contestant.close();
      }
    }
    if (!toy && Files.isDirectory(settings.pictures())) {
      pipeline(name, ir);
    }
  }

  private void pipeline(String name, Path ir) throws Exception {
    Map<String, Contestant> contestants = new LinkedHashMap<>();
    try {
      contestants.put(
          "ovkit JPEG to boxes", jvm("detector", ir.toString(), settings.pictures().toString()));
      contestants.put(
          "Python JPEG to boxes",
          new Served(
              List.of(
                  settings.python(),
                  script("pipeline.py"),
                  ir.toString(),
                  settings.pictures().toString(),
                  Integer.toString(settings.threads()))));
      print(name, ratio("ovkit JPEG to boxes", "Python JPEG to boxes", turns(contestants, 4)));
    } finally {
      for (Contestant contestant : contestants.values()) {
        contestant.close();
      }
    }
  }

  private Map<String, double[]> turns(Map<String, Contestant> contestants, int passes)
      throws IOException, InterruptedException {
    Map<String, double[]> ms = new LinkedHashMap<>();
    contestants.keySet().forEach(name -> ms.put(name, new double[settings.rounds()]));
    List<String> order = new ArrayList<>(contestants.keySet());
    Random random = new Random(5);
    for (int round = 0; round < settings.rounds(); round++) {
      Collections.shuffle(order, random);
      for (String name : order) {
        ms.get(name)[round] = contestants.get(name).turn(passes);
      }
    }
    return ms;
  }

  // ---- who takes part

  private Contestant jvm(String kind, String model, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.cacheLibraries=false",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-cp",
                settings.app() + "/*:" + settings.work(),
                "Contestant",
                kind,
                model,
                Integer.toString(settings.threads())));
    command.addAll(List.of(more));
    return new Served(command);
  }

  private List<String> loop(Path ir) {
    return List.of(
        settings.work().resolve("loop").toString(),
        ir.toString(),
        Integer.toString(settings.threads()),
        "1");
  }

  private String script(String name) {
    return settings
        .scripts()
        .resolve("../benchmarks/baselines")
        .resolve(name)
        .normalize()
        .toString();
  }

  private JsonNode zoo(Subject subject, Path onnx) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                settings.python(),
                "-m",
                "zoo",
                "--system",
                subject.system(),
                "--names",
                "modern",
                "--out",
                onnx.toString()));
    command.addAll(List.of(subject.options().split(" ")));
    return new ObjectMapper().readTree(run(command)).path("models").get(0);
  }

  private Map<String, Double> peak() throws Exception {
    Map<String, Double> peak = new LinkedHashMap<>();
    for (String line : run(List.of(settings.work().resolve("peak").toString())).lines().toList()) {
      peak.put(line.split(" ")[0], Double.valueOf(line.split(" ")[1]));
    }
    return peak;
  }

  private String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(settings.scripts().toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("CI", "true");
    Process process = builder.redirectError(settings.work().resolve("log").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(
          command + ": " + said + Files.readString(settings.work().resolve("log")));
    }
    return said;
  }

  // ---- figures

  private static Ratio ratio(String of, String to, Map<String, double[]> ms) {
    double[] a = ms.get(of);
    double[] b = ms.get(to);
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
    return new Ratio(of, to, median(a), median(b), median(ratios), medians[49], medians[1949]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private void print(String model, Ratio ratio) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %s / %s | %.3f | %.3f | **%.3f** | %.3f–%.3f |%n",
        model,
        ratio.of(),
        ratio.to(),
        ratio.of_ms(),
        ratio.to_ms(),
        ratio.median(),
        ratio.low(),
        ratio.high());
    rows.add(
        Map.of(
            "model",
            model,
            "of",
            ratio.of(),
            "to",
            ratio.to(),
            "of_ms",
            ratio.of_ms(),
            "to_ms",
            ratio.to_ms(),
            "median",
            ratio.median(),
            "low",
            ratio.low(),
            "high",
            ratio.high()));
  }
}
