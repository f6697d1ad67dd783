package dev.ovkit.benchmarks.baselines;

import dev.ovkit.bench.Statistics;
import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.runtime.KernelUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One of those that are compared: a process that is timed when its turn comes. */
interface Rival extends AutoCloseable {

  /** Returns the milliseconds that stand for some passes. */
  double turn(int passes) throws IOException, InterruptedException;

  /** Returns what computes the model; empty where nobody asks. */
  default String kernels() throws IOException, InterruptedException {
    return "";
  }

  /** Returns the most frequent kernels first, each with the number of its layers. */
  private static String kernels(List<String> names) {
    return KernelUse.count(names).entrySet().stream()
        .map(one -> one.getKey() + " " + one.getValue())
        .collect(Collectors.joining(", "));
  }

  @Override
  default void close() throws IOException {}

  /** Runs all the time, and makes passes when asked to. */
  final class Served implements Rival {
    /** Asks for the kernels of all layers. */
    static final String KERNELS = "kernels";

    /** Begins the answer of a program that cannot know them: what the CPU has. */
    static final String ALLOWED = "allowed ";

    private final List<String> command;
    private final ToDoubleFunction<double[]> summary;
    private final Process process;
    private final Writer out;
    private final BufferedReader in;

    /** Its turn is told by the median of its passes. */
    Served(List<String> command) throws IOException {
      this(command, times -> Statistics.of(times).p50());
    }

    Served(List<String> command, ToDoubleFunction<double[]> summary) throws IOException {
      this.command = command;
      this.summary = summary;
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
      double[] nanoseconds =
          Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray();
      return summary.applyAsDouble(nanoseconds) / 1e6;
    }

    @Override
    public String kernels() throws IOException {
      out.write(KERNELS + "\n");
      out.flush();
      String line = in.readLine();
      if (line == null) {
        throw new IOException("ended: " + command);
      }
      return line.startsWith(ALLOWED)
          ? "not reported; the CPU allows " + line.substring(ALLOWED.length())
          : Rival.kernels(List.of(line.split(",")));
    }

    /** Returns the memory of the process that is in RAM, in MB. */
    double resident() throws IOException {
      return ProcessUsage.of(process.pid()).resident() / 1e6;
    }

    @Override
    public void close() throws IOException {
      out.close();
      process.destroy();
    }
  }

  /** OpenVINO's own; a new process each turn, for it cannot be asked. */
  record BenchmarkApp(String python, Path ir, int threads) implements Rival {
    private static final Pattern MEDIAN = Pattern.compile("Median:\\s+([0-9.]+) ms");

    private static final Pattern KERNEL = Pattern.compile("primitiveType(?:=| value=)\"([^\"]+)\"");

    @Override
    public double turn(int passes) throws IOException, InterruptedException {
      Matcher median = MEDIAN.matcher(run("-niter", Integer.toString(Math.max(10, 4 * passes))));
      if (!median.find()) {
        throw new IOException("benchmark_app does not tell a median");
      }
      return Double.parseDouble(median.group(1));
    }

    @Override
    public String kernels() throws IOException, InterruptedException {
      Path graph = Files.createTempFile("ovkit-", ".xml");
      try {
        run("-niter", "1", "-exec_graph_path", graph.toString());
        return Rival.kernels(
            KERNEL
                .matcher(Files.readString(graph))
                .results()
                .map(found -> found.group(1))
                .toList());
      } finally {
        Files.delete(graph);
        Files.deleteIfExists(Path.of(graph.toString().replace(".xml", ".bin")));
      }
    }

    private String run(String... more) throws IOException, InterruptedException {
      List<String> command =
          new ArrayList<>(
              List.of(
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
                  Integer.toString(threads)));
      command.addAll(List.of(more));
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("CI", "true");
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("benchmark_app failed: " + said);
      }
      return said;
    }
  }

  /** A new process each turn: from its start until its first line, which tells the boxes. */
  record Started(List<String> command) implements Rival {
    @Override
    public double turn(int passes) throws IOException, InterruptedException {
      long start = System.nanoTime();
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
        String line = in.readLine();
        double milliseconds = (System.nanoTime() - start) / 1e6;
        while (in.readLine() != null) {
          // until it ends
        }
        if (line == null || process.waitFor() != 0) {
          throw new IOException("failed: " + command);
        }
        return milliseconds;
      }
    }
  }
}
