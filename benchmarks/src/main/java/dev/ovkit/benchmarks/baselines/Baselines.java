package dev.ovkit.benchmarks.baselines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bench.Statistics;
import dev.ovkit.benchmarks.BenchmarkProgram;
import dev.ovkit.benchmarks.Checkout;
import dev.ovkit.benchmarks.MeasureOptions;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.machine.MachineLoad;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ovkit against what else could run the same model, each in a process of its own. */
@Command(name = "baselines.sh", description = "ovkit against what else could run the same model.")
final class Baselines implements Callable<Integer> {

  /** A model of the zoo and how many passes make one turn. */
  private record Subject(String system, String options, int passes) {
    boolean toy() {
      return options.contains("--size 64 ");
    }

    String name() {
      String size = options.split(" ")[1];
      return system
          + (size.equals("640") ? "" : " %sx%1$s".formatted(size))
          + (toy() ? " toy" : "");
    }
  }

  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject("pplcnet-yolo", "--size 640", 3),
          new Subject("yolov5s-v5", "--size 640", 2),
          new Subject("v5lite-e", "--size 640", 6),
          new Subject("v5lite-s", "--size 640", 6),
          new Subject("v5lite-e", "--size 320", 20),
          new Subject("v5lite-e", "--size 64 --width 0.25", 400));

  private static final String BLOCKED = "ovkit, blocked kernels";

  @Mixin private MeasureOptions options = new MeasureOptions(21);

  @Option(names = "--pictures", paramLabel = "DIR", description = "Default: the demo's.")
  private Path pictures = Checkout.pictures();

  @Option(
      names = "--start",
      description = "From the start of the process until its first boxes, against ONNX Runtime.")
  private boolean start;

  @Option(names = "--memory", description = "Resident memory, against the C++ loop.")
  private boolean memory;

  @Option(
      names = "--throughput",
      description = "Many pictures on two cores, against the Python pipeline.")
  private boolean throughput;

  @Spec private CommandSpec spec;

  private final Figures figures = new Figures();

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Baselines(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    options.check(spec.commandLine(), SUBJECTS.stream().map(Subject::system).distinct().toList());
    Setup setup = new Setup(options, pictures);
    System.out.printf(
        Locale.ROOT,
        "threads %d, streams 1 where nothing else is said, f32, %d rounds, ONEDNN_MAX_CPU_ISA %s"
            + " (which limits OpenVINO but not ONNX Runtime), load %s%n%n",
        options.threads(),
        options.rounds(),
        System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "not set"),
        MachineLoad.now().average());
    Map<String, Object> json = new LinkedHashMap<>();
    if (start || memory || throughput) {
      Processes processes = new Processes(setup, figures);
      if (start) {
        processes.start();
      }
      if (memory) {
        json.put("memory_mb", processes.memory());
      }
      if (throughput) {
        processes.throughput();
      }
    } else {
      json.put("peak_gflops", speed(setup));
    }
    System.out.println("\nload now: " + MachineLoad.now().average());
    String file = options.json();
    if (file != null) {
      json.put("threads", options.threads());
      json.put("rounds", options.rounds());
      json.put("kernels", figures.kernels());
      json.put("rows", figures.rows());
      new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(file), json);
    }
    return 0;
  }

  private Map<String, Double> speed(Setup setup) throws Exception {
    Map<String, Double> peak = setup.peak();
    System.out.println("FMA peak of one core, GFLOP/s: " + peak + "\n");
    figures.heading();
    for (Subject subject : SUBJECTS) {
      if (setup.wants(subject.system())) {
        measure(setup, subject, peak);
      }
    }
    return peak;
  }

  private void measure(Setup setup, Subject subject, Map<String, Double> peak) throws Exception {
    String name = subject.name();
    Path onnx = setup.work().resolve(name.replace(' ', '-') + ".onnx");
    JsonNode zoo = Setup.zoo(subject.system(), subject.options(), onnx);
    Path ir = setup.convert(onnx, WeightPrecision.FP32);
    Path stock = setup.work().resolve("stock-" + ir.getFileName());
    Optional<Path> blocked = subject.toy() ? Optional.empty() : setup.blocked(onnx);
    setup.run(List.of(setup.python(), setup.script("stock.py"), onnx.toString(), stock.toString()));

    String threads = Integer.toString(setup.threads());
    Map<String, Rival> rivals = new LinkedHashMap<>();
    try {
      rivals.put(
          "ovkit runtime",
          new Rival.Served(
              setup.ovkit(ContestantProcess.class, "runtime", ir.toString(), threads)));
      rivals.put("C++ loop", new Rival.Served(setup.loop(ir)));
      rivals.put("C++ loop again", new Rival.Served(setup.loop(ir)));
      if (blocked.isPresent()) {
        rivals.put(
            BLOCKED,
            new Rival.Served(
                setup.ovkit(
                    ContestantProcess.class, "runtime", blocked.get().toString(), threads)));
      }
      if (!subject.toy()) {
        rivals.put("benchmark_app", new Rival.BenchmarkApp(setup.python(), ir, setup.threads()));
        rivals.put(
            "benchmark_app, stock IR",
            new Rival.BenchmarkApp(setup.python(), stock, setup.threads()));
        rivals.put(
            "ONNX Runtime",
            new Rival.Served(
                setup.onnxRuntime(
                    ContestantProcess.class, "onnxruntime", onnx.toString(), threads)));
      }
      Map<String, double[]> ms = Figures.turns(rivals, subject.passes(), setup.rounds());
      figures.kernels(name, rivals);
      for (String other : ms.keySet()) {
        if (!List.of("ovkit runtime", "C++ loop again", BLOCKED).contains(other)) {
          figures.compare(name, "ovkit runtime", other, ms);
        }
      }
      if (blocked.isPresent()) {
        for (String other : List.of("ovkit runtime", "benchmark_app, stock IR", "ONNX Runtime")) {
          figures.compare(name, BLOCKED, other, ms);
        }
      }
      figures.control(name, "C++ loop again", "C++ loop", ms);
      if (!subject.toy() && setup.threads() == 1) {
        for (String ours : List.of("ovkit runtime", BLOCKED)) {
          if (ms.containsKey(ours)) {
            efficiency(name + ", " + ours, zoo.path("gflops").asDouble(), ms.get(ours), peak);
          }
        }
      }
    } finally {
      Figures.close(rivals);
    }
    if (!subject.toy() && Files.isDirectory(setup.pictures())) {
      pipeline(setup, name, ir);
    }
  }

  private static void efficiency(String name, double gflop, double[] ms, Map<String, Double> peak) {
    double rate = gflop / Statistics.of(ms).p50() * 1e3;
    peak.forEach(
        (vectors, most) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.1f GFLOP/s of the %s peak | | | %.2f | |%n",
                name,
                rate,
                vectors,
                rate / most));
  }

  private void pipeline(Setup setup, String name, Path ir) throws Exception {
    Map<String, Rival> rivals = new LinkedHashMap<>();
    try {
      rivals.put(
          "ovkit JPEG to boxes",
          new Rival.Served(
              setup.ovkit(
                  ContestantProcess.class,
                  "detector",
                  ir.toString(),
                  Integer.toString(setup.threads()),
                  setup.pictures().toString())));
      rivals.put("Python JPEG to boxes", new Rival.Served(setup.pipeline(ir, setup.threads())));
      Map<String, double[]> ms = Figures.turns(rivals, 4, setup.rounds());
      figures.kernels(name, rivals);
      figures.compare(name, "ovkit JPEG to boxes", "Python JPEG to boxes", ms);
    } finally {
      Figures.close(rivals);
    }
  }
}
