package dev.ovkit.cli;

import dev.ovkit.bench.Environment;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.print.BenchPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.machine.Processors;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.runtime.Core;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit doctor}. */
@Command(
    name = "doctor",
    description = {
      "Reports what ovkit finds on this machine.",
      "",
      "Lists the CPU and its flags, the processors and processor time that this process may use, the number of threads that follows from them, the libraries and their folders, the video support, and all versions. The exit code is 3 if ovkit cannot run here, and 4 if --deep finds a fault."
    },
    footer = {"  ovkit doctor", "  ovkit doctor --deep"})
final class DoctorCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--deep",
      description =
          "Also try everything once, in a separate process: in a checkout the demo, in a bundle its self-test.")
  private boolean deep;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("ovkit", Versions.ovkit());
    Environment here = Environment.here();
    Processors processors = Processors.here();
    report.put("java", here.java());
    report.put("system", here.system());
    report.put("cpu", here.cpu());
    report.put("cpu flags", here.flags());
    report.put("processors", BenchPrinter.processors(here));
    report.put("quota", BenchPrinter.quota(here.quota()));
    report.put("threads", threads(processors));
    report.put("governor", here.governor());
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
    ServiceLoader.load(StreamProgram.class)
        .findFirst()
        .ifPresentOrElse(
            program -> report.putAll(program.findings()),
            () ->
                report.put(
                    "video", "not in this ovkit; the first 'stream' of a checkout builds it"));
    Optional<String> fault = Optional.empty();
    if (deep && runtime instanceof NativeRuntime.Found) {
      fault = WholePathProcess.complaint();
      report.put("whole path", fault.orElse("runs, tried in a separate process"));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
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
    if (fault.isPresent()) {
      return ExitCode.DOES_NOT_HOLD;
    }
    return runtime instanceof NativeRuntime.Found ? ExitCode.DONE : ExitCode.NO_RUNTIME;
  }

  private static String threads(Processors processors) {
    String chosen =
        "%d for latency, %d for throughput, unless --threads says otherwise"
            .formatted(processors.latencyThreads(), processors.throughputThreads());
    return processors.quota().orElse(1) < 1
        ? chosen
            + "; the quota is less than one processor, so even one thread is paused part of the time"
        : chosen;
  }
}
