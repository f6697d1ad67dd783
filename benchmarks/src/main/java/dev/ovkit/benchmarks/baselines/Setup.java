package dev.ovkit.benchmarks.baselines;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ovkit.benchmarks.Checkout;
import dev.ovkit.benchmarks.MeasureOptions;
import dev.ovkit.benchmarks.Zoo;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Kernels;
import dev.ovkit.convert.Route;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.machine.Cpu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Where everything is, how often it is measured, and how the processes are started. */
record Setup(MeasureOptions options, Path pictures) {

  int threads() {
    return options.threads();
  }

  int rounds() {
    return options.rounds();
  }

  boolean wants(String system) {
    return options.wants(system);
  }

  Path work() {
    return Checkout.work("baselines");
  }

  String python() {
    return Checkout.python();
  }

  /** Writes a model of the zoo; returns what the zoo says about it. */
  static JsonNode zoo(String system, String options, Path onnx)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--names", "modern"));
    all.addAll(List.of(options.split(" ")));
    return Zoo.write(system, all, onnx);
  }

  Path convert(Path onnx, WeightPrecision type) {
    return Converter.convert(
            ConvertOptions.of(onnx)
                .into(work().resolve(type.name().toLowerCase(Locale.ROOT)), type))
        .xml();
  }

  /**
   * Converts for a CPU without AVX-512.
   *
   * @return nothing where the CPU has it, or blocked kernels gain nothing
   */
  Optional<Path> blocked(Path onnx) throws IOException {
    if (Cpu.here().usesAvx512(System.getenv())) {
      return Optional.empty();
    }
    ConvertOptions options =
        ConvertOptions.of(onnx).into(work().resolve("blocked"), WeightPrecision.FP32);
    Path ir = Converter.convert(options, Route.NATIVE, Kernels.BLOCKED_IF_FASTER).xml();
    return Files.readString(ir).contains("primitives_priority")
        ? Optional.of(ir)
        : Optional.empty();
  }

  /** Every multiply-add that one core can do: name of the vectors, GFLOP/s. */
  Map<String, Double> peak() throws IOException, InterruptedException {
    Map<String, Double> peak = new LinkedHashMap<>();
    for (String line : run(List.of(work().resolve("peak").toString())).lines().toList()) {
      peak.put(line.split(" ")[0], Double.valueOf(line.split(" ")[1]));
    }
    return peak;
  }

  /** The command line of a program of ovkit's users: the heap that a small box has to spare. */
  List<String> ovkit(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "java",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.cacheLibraries=false",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The command line of the command, as a user of a checkout starts it, with the same heap. */
  List<String> launcher(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env", "OVKIT_JAVA_OPTIONS=-Xmx64m", Checkout.root().resolve("ovkit").toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The same for ONNX Runtime's, with the heap that Java chooses. */
  List<String> onnxRuntime(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The application as users have it, and this module. */
  private static String classPath() {
    return Checkout.root().resolve("src/target/app")
        + "/*:"
        + Checkout.root().resolve("benchmarks/target/classes");
  }

  List<String> loop(Path ir) {
    return List.of(
        work().resolve("loop").toString(), ir.toString(), Integer.toString(threads()), "1");
  }

  List<String> pipeline(Path ir, int threadsOfIt) {
    return List.of(
        python(),
        script("pipeline.py"),
        ir.toString(),
        pictures.toString(),
        Integer.toString(threadsOfIt));
  }

  String script(String name) {
    return Checkout.root().resolve("benchmarks/baselines").resolve(name).toString();
  }

  String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(Checkout.scripts().toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("CI", "true");
    Process process = builder.redirectError(work().resolve("log").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + said + Files.readString(work().resolve("log")));
    }
    return said;
  }
}
