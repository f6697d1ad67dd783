package dev.ovkit.cli;

import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.runtime.Core;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit doctor}. */
@Command(
    name = "doctor",
    description =
        "Reports what ovkit finds on this machine: CPU and its flags, processors allowed, libraries and where they lie, versions. Exit code 3 if it cannot run here.",
    footer = "  ovkit doctor")
final class DoctorCommand implements Callable<Integer> {

  /** What OpenVINO's CPU plugin chooses its kernels by. */
  private static final List<String> FLAGS =
      List.of(
          "avx2",
          "fma",
          "avx512f",
          "avx512_vnni",
          "avx_vnni",
          "avx512_bf16",
          "amx_int8",
          "amx_bf16");

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("ovkit", Versions.ovkit());
    report.put("java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    report.put("system", system());
    report.put("cpu", cpuinfo("model name"));
    List<String> flags = Arrays.asList(cpuinfo("flags").split(" "));
    report.put("cpu flags", FLAGS.stream().filter(flags::contains).toList());
    report.put(
        "processors", Runtime.getRuntime().availableProcessors() + " allowed to this process");
    report.put("memory", Runtime.getRuntime().maxMemory() / (1 << 20) + " MB of Java heap at most");
    NativeRuntime runtime = NativeRuntime.current();
    if (runtime instanceof NativeRuntime.Found found) {
      report.put("OpenVINO", NativeRuntime.OPENVINO_VERSION);
      report.put("libraries", found.directory() + " (" + found.origin() + ")");
      try (Core core = Core.create()) {
        report.put("devices", core.devices());
      }
    } else if (runtime instanceof NativeRuntime.Missing missing) {
      report.put("OpenVINO", missing.message());
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Json.print(out, report);
    } else {
      report.forEach(
          (key, value) ->
              out.printf(
                  "%-12s %s%n",
                  key,
                  value instanceof List<?> list
                      ? list.toString().replaceAll("[\\[\\]]", "")
                      : value));
    }
    return runtime instanceof NativeRuntime.Found ? ExitCode.DONE : ExitCode.NO_RUNTIME;
  }

  private static String system() {
    String name =
        "%s %s".formatted(System.getProperty("os.name"), System.getProperty("os.version"));
    return read(Path.of("/etc/os-release"))
        .lines()
        .filter(line -> line.startsWith("PRETTY_NAME="))
        .map(line -> line.substring(12).replace("\"", "") + ", " + name)
        .findFirst()
        .orElse(name);
  }

  private static String cpuinfo(String key) {
    return read(Path.of("/proc/cpuinfo"))
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
