package dev.ovkit.benchmarks;

import dev.ovkit.OvkitException;
import dev.ovkit.bench.Environment;
import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.Simplify;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.picture.Picture;
import dev.ovkit.python.PythonListener;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.IrSubject;
import dev.ovkit.subject.OnnxSubject;
import dev.ovkit.subject.Output;
import dev.ovkit.subject.Subject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Converts every model by every back end, in both precisions, without rewrites, and says whether
 * the IRs are the same to a client, how far their raw outputs are apart, and how far those of the
 * native one are from ONNX Runtime's, without rewrites and with them.
 */
@Command(
    name = "parity.sh",
    description =
        "Compares the back ends of 'ovkit convert' with each other and with ONNX Runtime.")
final class Parity implements Callable<Integer> {

  /** Where random weights amplify what FP16 rounds, 2e-2 is as far as it was ever seen to go. */
  private record Limits(double backEnds, double witness) {
    static Limits of(WeightPrecision type) {
      return type == WeightPrecision.FP32 ? new Limits(1e-5, 1e-5) : new Limits(5e-3, 2e-2);
    }
  }

  /** A model: of the zoo, or a real one. */
  private record Source(String name, Optional<Path> real) {}

  private static final List<BackEnd> OTHERS = List.of(BackEnd.MO, BackEnd.OVC);

  @Option(names = "--models", split = ",", paramLabel = "NAME", description = "Only these models.")
  private List<String> wanted = List.of();

  @Option(
      names = "--shared",
      paramLabel = "DIR",
      description = "Folder of real models and pictures. Default: ../shared.")
  private Path shared = Checkout.shared();

  @Spec private CommandSpec spec;

  private final Map<String, String> versions = new TreeMap<>();
  private final TreeMap<Double, String> worstBackEnd = new TreeMap<>();
  private final TreeMap<Double, String> worstWitness = new TreeMap<>();
  private final List<String> broken = new ArrayList<>();

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Parity(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    List<Source> sources = sources();
    head(sources);
    for (Source source : sources) {
      model(source);
    }
    foot();
    return broken.isEmpty() ? 0 : BenchmarkProgram.CHECK_FAILED;
  }

  private Path picture() {
    Path real = shared.resolve("pictures/bus.jpg");
    return Files.exists(real) ? real : Checkout.pictures().resolve("000000.jpg");
  }

  private List<Source> sources() throws IOException, InterruptedException {
    List<Source> sources = new ArrayList<>();
    Zoo.systems().forEach(name -> sources.add(new Source(name, Optional.empty())));
    Path models = shared.resolve("models");
    if (Files.isDirectory(models)) {
      try (Stream<Path> files = Files.list(models)) {
        files
            .filter(file -> file.toString().endsWith(".onnx"))
            .sorted()
            .forEach(file -> sources.add(new Source(ConvertOptions.stem(file), Optional.of(file))));
      }
    } else {
      System.err.printf("parity.sh: no real models in %s%n", models);
    }
    if (wanted.isEmpty()) {
      return sources;
    }
    List<String> names = sources.stream().map(Source::name).toList();
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw new ParameterException(
            spec.commandLine(),
            "--models %s: expected some of %s".formatted(name, String.join(",", names)));
      }
    }
    return sources.stream().filter(source -> wanted.contains(source.name())).toList();
  }

  private void model(Source source) throws Exception {
    Path temp = Files.createTempDirectory("parity");
    try {
      Path onnx = source.real().orElse(temp.resolve(source.name() + ".onnx"));
      if (source.real().isEmpty()) {
        Zoo.write(source.name(), List.of("--names", "legacy"), onnx);
      }
      for (WeightPrecision type : List.of(WeightPrecision.FP16, WeightPrecision.FP32)) {
        try {
          row(source.name(), onnx, type, temp.resolve(type.name()));
        } catch (OvkitException | IllegalStateException e) {
          broken.add("%s %s: %s".formatted(source.name(), type, e.getMessage()));
          System.out.printf(
              "| %s | %s | not tried: %s | | | | |%n",
              source.name(), type, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        System.out.flush();
      }
    } finally {
      delete(temp);
    }
  }

  private void row(String name, Path onnx, WeightPrecision type, Path temp) {
    long start = System.nanoTime();
    ConvertOptions rewritten = ConvertOptions.of(onnx).into(temp.resolve("rewritten"), type);
    ConvertOptions plain = rewritten.withoutRewrite().into(temp.resolve("native"), type);
    Path ours = Converter.convert(plain).xml();
    List<Output> expected = outputs(ours);

    TreeSet<String> unlike = new TreeSet<>();
    List<Double> distances = new ArrayList<>();
    for (BackEnd backEnd : OTHERS) {
      Conversion theirs =
          Converter.convert(
              plain.into(temp.resolve(backEnd.name()), type),
              new Route(backEnd, Simplify.NEVER, PythonListener.SILENT));
      versions.putAll(theirs.manifest().tools());
      contract(ours, theirs.xml()).forEach(what -> unlike.add(backEnd + ": " + what));
      distances.add(distance(expected, outputs(theirs.xml()), true));
    }
    double off;
    double on;
    try (Subject witness = OnnxSubject.open(plain, detect());
        Picture shown = Picture.read(picture())) {
      List<Output> truth = witness.answer(shown).outputs();
      off = distance(truth, expected, false);
      on = distance(truth, outputs(Converter.convert(rewritten).xml()), false);
    }
    String what = name + " " + type;
    Limits limits = Limits.of(type);
    judge(what, "mo and native", distances.get(0), limits.backEnds(), worstBackEnd);
    judge(what, "ovc and native", distances.get(1), limits.backEnds(), worstBackEnd);
    judge(what, "native and ONNX Runtime", off, limits.witness(), worstWitness);
    judge(what, "native, rewritten, and ONNX Runtime", on, limits.witness(), worstWitness);
    unlike.forEach(difference -> broken.add(what + ": " + difference));
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s | %s | %s |%n",
        name,
        type,
        unlike.isEmpty() ? "same" : String.join(", ", unlike),
        figure(distances.get(0)),
        figure(distances.get(1)),
        figure(off),
        figure(on));
    System.err.printf(Locale.ROOT, "%s: %.0f s%n", what, (System.nanoTime() - start) / 1e9);
  }

  private void judge(
      String what, String pair, double distance, double limit, TreeMap<Double, String> worst) {
    worst.put(distance, what + ", " + pair);
    if (!(distance <= limit)) {
      broken.add("%s: %s are %s apart, limit %s".formatted(what, pair, figure(distance), limit));
    }
  }

  /** Says in what two IRs differ to a client; nothing but the hash of the .bin may. */
  private static List<String> contract(Path ours, Path theirs) {
    IrDescription a = IrDescription.read(ours);
    IrDescription b = IrDescription.read(theirs);
    List<String> unlike = new ArrayList<>();
    if (!a.inputs().equals(b.inputs())) {
      unlike.add("inputs");
    }
    if (!a.outputs().equals(b.outputs())) {
      unlike.add("outputs");
    }
    if (!own(a).equals(own(b)) || !a.section("model_info").equals(b.section("model_info"))) {
      unlike.add("metadata");
    }
    if (!DerivedSpec.of(a, Layouts.ALL).equals(DerivedSpec.of(b, Layouts.ALL))) {
      unlike.add("what is derived");
    }
    return unlike;
  }

  private static Map<String, String> own(IrDescription ir) {
    Map<String, String> own = new TreeMap<>(ir.section("ovkit"));
    own.remove("bin_sha256");
    own.remove("bin_bytes");
    return own;
  }

  private List<Output> outputs(Path ir) {
    try (Subject subject = IrSubject.open(ir, detect());
        Picture shown = Picture.read(picture())) {
      Answer answer = subject.answer(shown);
      return answer.outputs();
    }
  }

  /** Boxes are not looked at, and random weights would give many. */
  private static DetectOptions detect() {
    return DetectOptions.defaults().withConfidence(0.999f).withMaxCandidates(100);
  }

  /** The worst relative L2 of any output, paired in order; the same shapes, or nothing is alike. */
  private static double distance(List<Output> expected, List<Output> actual, boolean sameNames) {
    List<List<Long>> shapes = expected.stream().map(Output::shape).toList();
    if (!shapes.equals(actual.stream().map(Output::shape).toList())) {
      throw new IllegalStateException(
          "shapes %s and %s".formatted(shapes, actual.stream().map(Output::shape).toList()));
    }
    double worst = 0;
    for (int o = 0; o < expected.size(); o++) {
      if (sameNames && !expected.get(o).name().equals(actual.get(o).name())) {
        throw new IllegalStateException(
            "outputs %s and %s".formatted(expected.get(o).name(), actual.get(o).name()));
      }
      float[] a = expected.get(o).values();
      float[] b = actual.get(o).values();
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < a.length; i++) {
        difference += Math.pow((double) a[i] - b[i], 2);
        norm += Math.pow(a[i], 2);
      }
      double relative = Math.sqrt(difference / norm);
      worst = Double.isNaN(relative) ? Double.POSITIVE_INFINITY : Math.max(worst, relative);
    }
    return worst;
  }

  // ---- the page

  private void head(List<Source> sources) {
    Environment here = Environment.here();
    System.out.println("# Parity of the back ends");
    System.out.println();
    System.out.println(
        "This page is the output of `benchmarks/parity.sh`. The script converts every model by the back ends `native`, `mo` and `ovc` ([back-ends.md](back-ends.md)) without rewrites, and runs each IR in f32 on one picture, `%s`."
            .formatted(picture().getFileName()));
    System.out.println();
    System.out.printf("- CPU: %s (%s)%n", here.cpu(), String.join(", ", here.flags()));
    System.out.printf("- processors: %d%n", here.processors());
    System.out.printf("- system: %s%n", here.system());
    System.out.printf("- Java: %s%n", here.java());
    System.out.printf("- OpenVINO: %s%n", here.openvino());
    System.out.printf(
        "- ONNX Runtime: %s%n", ai.onnxruntime.OrtEnvironment.getEnvironment().getVersion());
    System.out.printf(
        "- models: %d of the zoo (random weights, one class, node names as in torch before 1.13), %d others%n",
        sources.stream().filter(source -> source.real().isEmpty()).count(),
        sources.stream().filter(source -> source.real().isPresent()).count());
    System.out.println();
    System.out.println(
        "The column *contract* says whether the IRs of `mo` and `ovc` are described in the same way as that of `native`: the names, shapes, types and order of inputs and outputs, the metadata (all of `model_info`; `ovkit` without hash and length of the .bin), and the detector that ovkit derives from them. The other columns compare raw outputs: the relative L2 difference |A − B| / |A| of the output that differs most; 0 means equal to the bit. ONNX Runtime runs the unchanged ONNX, cut at the heads. The limits are 1e-5 (FP32) and 5e-3 (FP16) between back ends, and 1e-5 and 2e-2 between native and ONNX Runtime.");
    System.out.println();
    System.out.println(
        "| model | weights | contract | mo : native | ovc : native | native : ONNX Runtime |"
            + " with rewrites : ONNX Runtime |");
    System.out.println("| --- | --- | --- | ---: | ---: | ---: | ---: |");
    System.out.flush();
  }

  private void foot() {
    System.out.println();
    versions.forEach((tool, version) -> System.out.printf("- %s: %s%n", tool, version));
    if (!worstBackEnd.isEmpty()) {
      worst("between back ends", worstBackEnd);
      worst("from ONNX Runtime", worstWitness);
    }
    System.out.println();
    System.out.println(
        broken.isEmpty()
            ? "All models are within the limits."
            : "Not within the limits:\n\n- " + String.join("\n- ", broken));
  }

  private static void worst(String what, TreeMap<Double, String> distances) {
    System.out.printf(
        "- largest difference %s: %s (%s)%n",
        what, figure(distances.lastKey()), distances.lastEntry().getValue());
  }

  private static String figure(double distance) {
    return distance == 0 ? "0" : String.format(Locale.ROOT, "%.1e", distance);
  }

  // ---- files

  private static void delete(Path path) throws IOException {
    File[] inside = path.toFile().listFiles();
    if (inside != null) {
      for (File file : Arrays.asList(inside)) {
        delete(file.toPath());
      }
    }
    Files.delete(path);
  }
}
