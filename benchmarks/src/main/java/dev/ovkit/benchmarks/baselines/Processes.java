package dev.ovkit.benchmarks.baselines;

import dev.ovkit.bench.Statistics;
import dev.ovkit.ir.WeightPrecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What a whole process takes: until its first boxes, of the memory, and over many pictures. */
final class Processes {

  private record Subject(String system, int size) {
    String name() {
      return system + " " + size;
    }
  }

  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject("pplcnet-yolo", 640),
          new Subject("yolov5s-v5", 640),
          new Subject("v5lite-e", 320));
  private static final int PASSES_BEFORE_MEMORY = 200;
  private static final int PICTURES_A_TURN = 24;

  private final Setup setup;
  private final Figures figures;
  private final List<Subject> subjects;

  Processes(Setup setup, Figures figures) {
    this.setup = setup;
    this.figures = figures;
    this.subjects = SUBJECTS.stream().filter(one -> setup.wants(one.system())).toList();
  }

  private Path onnx(Subject subject) throws IOException, InterruptedException {
    Path onnx = setup.work().resolve(subject.system() + "-" + subject.size() + ".onnx");
    Setup.zoo(subject.system(), "--size " + subject.size(), onnx);
    return onnx;
  }

  /** From the start of the process, each with its own choice of threads, until boxes are told. */
  void start() throws Exception {
    Path picture;
    try (Stream<Path> files = Files.list(setup.pictures())) {
      picture = files.filter(f -> f.toString().endsWith(".jpg")).sorted().findFirst().orElseThrow();
    }
    System.out.println(
        "From the start of the process until its first boxes; IR in FP16, -Xmx64m\n");
    figures.heading();
    for (Subject subject : subjects) {
      Path onnx = onnx(subject);
      String ir = setup.convert(onnx, WeightPrecision.FP16).toString();
      List<String> library =
          setup.ovkit(ContestantProcess.class, "first", ir, "0", picture.toString());
      Map<String, Rival> rivals = new LinkedHashMap<>();
      rivals.put("ovkit library", new Rival.Started(library));
      rivals.put("ovkit library again", new Rival.Started(library));
      rivals.put(
          "ovkit infer",
          new Rival.Started(setup.launcher("infer", "--ir", ir, "--image", picture.toString())));
      rivals.put(
          "ONNX Runtime",
          new Rival.Started(
              setup.onnxRuntime(OrtStart.class, onnx.toString(), picture.toString())));
      for (Rival rival : rivals.values()) {
        rival.turn(1); // files into memory, and the launcher's class archive
      }
      Map<String, double[]> ms = Figures.turns(rivals, 1, setup.rounds());
      figures.compare(subject.name(), "ovkit library", "ONNX Runtime", ms);
      figures.compare(subject.name(), "ovkit infer", "ONNX Runtime", ms);
      figures.control(subject.name(), "ovkit library again", "ovkit library", ms);
    }
    System.out.println();
  }

  /** Memory in RAM when nothing grows any more. */
  Map<String, Map<String, Double>> memory() throws Exception {
    System.out.printf(
        "Resident memory after %d passes, MB; IR in FP16, -Xmx64m%n%n", PASSES_BEFORE_MEMORY);
    System.out.println("| model | C++ loop | ovkit runtime | more | ovkit JPEG to boxes | more |");
    System.out.println("| --- | ---: | ---: | ---: | ---: | ---: |");
    Map<String, Map<String, Double>> all = new LinkedHashMap<>();
    String threads = Integer.toString(setup.threads());
    for (Subject subject : subjects) {
      Path path = setup.convert(onnx(subject), WeightPrecision.FP16);
      String ir = path.toString();
      double loop = resident(setup.loop(path));
      double runtime = resident(setup.ovkit(ContestantProcess.class, "runtime", ir, threads));
      double detector =
          resident(
              setup.ovkit(
                  ContestantProcess.class, "detector", ir, threads, setup.pictures().toString()));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.0f | %+.0f | %.0f | %+.0f |%n",
          subject.name(),
          loop,
          runtime,
          runtime - loop,
          detector,
          detector - loop);
      all.put(subject.name(), Map.of("loop", loop, "runtime", runtime, "detector", detector));
    }
    System.out.println();
    return all;
  }

  private static double resident(List<String> command) throws IOException {
    try (Rival.Served served = new Rival.Served(command)) {
      served.turn(PASSES_BEFORE_MEMORY);
      return served.resident();
    }
  }

  /** Many pictures, on two cores; the time of one is that of all over their number. */
  void throughput() throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    if (cores < 2) {
      throw new IOException("--throughput needs two cores, and this process may use one");
    }
    System.out.println("Milliseconds a picture, many pictures, JPEG to boxes; -Xmx64m\n");
    figures.heading();
    for (Subject subject : subjects) {
      Path ir = setup.convert(onnx(subject), WeightPrecision.FP16);
      Map<String, Rival> rivals = new LinkedHashMap<>();
      try {
        rivals.put("ovkit 2 streams, 2 threads", folder(ir, 2, 2));
        rivals.put("ovkit 2 streams again", folder(ir, 2, 2));
        rivals.put("ovkit 1 stream, 1 thread", folder(ir, 1, 1));
        rivals.put(
            "Python, 2 threads",
            new Rival.Served(setup.pipeline(ir, 2), times -> Statistics.of(times).mean()));
        Map<String, double[]> ms = Figures.turns(rivals, PICTURES_A_TURN, setup.rounds());
        figures.kernels(subject.name(), rivals);
        // the other way round, so that the ratio is that of pictures per second
        figures.compare(subject.name(), "Python, 2 threads", "ovkit 2 streams, 2 threads", ms);
        figures.compare(
            subject.name(), "ovkit 1 stream, 1 thread", "ovkit 2 streams, 2 threads", ms);
        figures.control(subject.name(), "ovkit 2 streams again", "ovkit 2 streams, 2 threads", ms);
      } finally {
        Figures.close(rivals);
      }
    }
    System.out.println();
  }

  private Rival folder(Path ir, int streams, int threads) throws IOException {
    List<String> command =
        setup.ovkit(
            ContestantProcess.class,
            "folder",
            ir.toString(),
            Integer.toString(threads),
            setup.pictures().toString(),
            Integer.toString(streams));
    return new Rival.Served(command, times -> Statistics.of(times).mean());
  }
}
