package dev.ovkit.benchmarks;

import dev.ovkit.bench.Environment;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Measures this build against another one in one run: start, loading, inference and allocation,
 * with the other build against itself as the control. Each side runs in processes of its own, for
 * the classes have the same names; they take turns in a random order.
 */
@Command(
    name = "against.sh",
    description = "Whether this checkout is as fast as a build of another one.",
    showDefaultValues = true)
final class Against implements Callable<Integer> {

  private enum Clock {
    WALL,
    CPU
  }

  private static final int RESAMPLES = 5000;
  private static final double CONTROL = 0.03;
  private static final int WARM_UP = 5;

  /** The build under test, the other one, and the other one again. */
  private static final List<String> SIDES = List.of("new", "old", "control");

  @Parameters(paramLabel = "OLD_CHECKOUT", description = "The other checkout, built.")
  private Path old;

  @Option(
      names = "--ir",
      paramLabel = "MODEL.xml",
      description = "What both run. Default: the demo model of OLD_CHECKOUT.")
  private @Nullable Path ir;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Default: the first of the demo's pictures.")
  private @Nullable Path picture;

  @Option(
      names = "--processes",
      defaultValue = "12",
      description =
          "Times that all processes start anew for loading and inference: where memory happens to"
              + " lie makes one process faster than the next for as long as it lives.")
  private int processes;

  @Option(
      names = "--rounds",
      defaultValue = "10",
      description = "Rounds of loading and inference, per process.")
  private int rounds;

  @Option(names = "--start-rounds", defaultValue = "40", description = "Rounds of start.")
  private int startRounds;

  @Option(names = "--opens", defaultValue = "3", description = "Times to load, per round.")
  private int opens;

  @Option(names = "--pictures", defaultValue = "20", description = "Inferences per round.")
  private int pictures;

  @Option(
      names = "--clock",
      defaultValue = "wall",
      description =
          "wall: the median time of a round. cpu: the mean processor time, for a machine that does"
              + " other work.")
  private Clock clock;

  @Option(
      names = "--bound",
      defaultValue = "1.03",
      description = "The most that the upper end of a ratio's interval may be.")
  private double bound;

  @Option(
      names = "--loading-extra-ms",
      defaultValue = "0",
      description = "Or so many milliseconds more for loading.")
  private double loadingExtra;

  private final Random order = new Random(1);

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Against(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    old = old.toRealPath();
    if (ir == null) {
      ir = old.resolve("ir-models/conveyor-parts.xml");
    }
    if (picture == null) {
      picture = old.resolve("ir-models/pictures/000000.jpg");
    }
    say("old      %s", old);
    say("new      %s", Checkout.root());
    say("ir       %s", ir);
    say("picture  %s", picture);
    say(
        "machine  %s, %d processors, Java %s",
        Environment.here().cpu(), Runtime.getRuntime().availableProcessors(), Runtime.version());
    say(
        "rounds   %d of start; %d processes x %d rounds of loading (%d times) and inference (%d times)",
        startRounds, processes, rounds, opens, pictures);
    say(
        "clock    %s",
        clock == Clock.WALL ? "wall, medians of a round" : "processor time, means of a round");
    say(
        "ratio    new / old: the median over the rounds, with a bootstrap 95 %% interval over processes"
            + " and rounds; bound %s",
        bound);
    boolean good = start();
    good &= warm();
    say(good ? "verdict  holds" : "verdict  does not hold, or is undecided");
    return good ? 0 : BenchmarkProgram.CHECK_FAILED;
  }

  // ---- start: a process each time, as a user starts it

  private boolean start() throws IOException {
    Map<String, List<Double>> times = empty();
    for (int round = -1; round < startRounds; round++) {
      for (String side : shuffled()) {
        double took = start(checkout(side));
        if (round >= 0) { // the first makes archives of classes and warms the disk
          of(side, times).add(took);
        }
      }
    }
    return report("start", "ms", times, 1, 0);
  }

  private double start(Path checkout) throws IOException {
    List<String> command =
        List.of(
            "bash",
            "-c",
            "TIMEFORMAT='%R %U %S'; time \"$0\" infer --no-profile --ir \"$1\" --image \"$2\" >/dev/null",
            checkout.resolve("ovkit").toString(),
            String.valueOf(ir),
            String.valueOf(picture));
    Process process = new ProcessBuilder(command).start();
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    String[] lines = said.split("\n");
    if (waitFor(process) != 0) {
      throw new IOException("%s infer failed: %s".formatted(command.get(3), said));
    }
    double[] seconds = numbers(lines[lines.length - 1]);
    return 1e3 * (clock == Clock.WALL ? seconds[0] : seconds[1] + seconds[2]);
  }

  // ---- loading and inference: one process a side, which waits for its turn

  private boolean warm() throws IOException {
    Map<String, List<Double>> loading = empty();
    Map<String, List<Double>> inference = empty();
    Map<String, List<Double>> allocation = empty();
    for (int process = 0; process < processes; process++) {
      if (!processes(loading, inference, allocation)) {
        return false;
      }
    }
    boolean good = report("loading", "ms", loading, rounds, loadingExtra);
    good &= report("inference", "ms", inference, rounds, 0);
    return good & report("allocation", "bytes", allocation, rounds, 0);
  }

  /** Measures with a process a side; false if they do not find the same. */
  private boolean processes(
      Map<String, List<Double>> loading,
      Map<String, List<Double>> inference,
      Map<String, List<Double>> allocation)
      throws IOException {
    Map<String, Worker> workers = new LinkedHashMap<>();
    try {
      for (String side : shuffled()) {
        workers.put(side, new Worker(side));
      }
      if (workers.values().stream().map(worker -> worker.found).distinct().count() > 1) {
        say(
            "boxes    new %s, old %s: not the same work",
            of("new", workers).found, of("old", workers).found);
        return false;
      }
      for (int round = -WARM_UP; round < rounds; round++) {
        for (String side : shuffled()) {
          double[] opened = of(side, workers).ask("load " + opens);
          double[] inferred = of(side, workers).ask("infer " + pictures);
          if (round >= 0) {
            of(side, loading).add(opened[clock == Clock.WALL ? 0 : 1] / 1e6);
            of(side, inference).add(inferred[clock == Clock.WALL ? 0 : 1] / 1e6);
            of(side, allocation).add(inferred[2]);
          }
        }
      }
      return true;
    } finally {
      workers.values().forEach(Worker::close);
    }
  }

  private final class Worker implements AutoCloseable {

    final Process process;
    final BufferedReader answers;
    final String found;

    Worker(String side) throws IOException {
      Path checkout = checkout(side);
      Path classes = Checkout.work("against").resolve(side.equals("new") ? "new" : "old");
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:+UseSerialGC",
                  "-Xmx512m",
                  "-Dorg.bytedeco.javacpp.cacheLibraries=false",
                  "-Dovkit.native.dir="
                      + checkout.resolve("native-config/target/native/linux-x86_64"),
                  "-cp",
                  classes + File.pathSeparator + checkout.resolve("src/target/app") + "/*",
                  "AgainstWorker",
                  String.valueOf(ir),
                  String.valueOf(picture))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      answers = process.inputReader(StandardCharsets.UTF_8);
      found = line();
    }

    double[] ask(String question) throws IOException {
      process.outputWriter(StandardCharsets.UTF_8).append(question).append('\n').flush();
      return numbers(line());
    }

    private String line() throws IOException {
      String line = answers.readLine();
      if (line == null) {
        throw new IOException("a worker ended before its time");
      }
      return line;
    }

    /** At the end of its questions a worker ends by itself. */
    @Override
    public void close() {
      try {
        process.outputWriter(StandardCharsets.UTF_8).close();
        waitFor(process);
      } catch (IOException e) {
        process.destroy(); // it ended before
      }
    }
  }

  private static int waitFor(Process process) throws InterruptedIOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static <T> T of(String side, Map<String, T> all) {
    return Objects.requireNonNull(all.get(side), side);
  }

  // ---- figures

  private boolean report(
      String what, String unit, Map<String, List<Double>> values, int together, double extra) {
    double[] old = array(of("old", values));
    double[] changed = array(of("new", values));
    double[] again = array(of("control", values));
    double[] ratio = interval(rounds(changed, old, true), together);
    double[] control = interval(rounds(again, old, true), together);
    double[] difference = interval(rounds(changed, old, false), together);
    boolean isVoid = control[1] < 1 - CONTROL || control[2] > 1 + CONTROL;
    boolean within = ratio[2] <= bound || extra > 0 && difference[2] <= extra;
    String verdict =
        isVoid
            ? "void: the control leaves 1 ± " + CONTROL
            : within
                ? "holds"
                : ratio[1] > bound ? "slower" : "undecided: more rounds, or a quieter machine";
    say(
        "%-10s %.4g %s, was %.4g; ratio %.4f (%.4f to %.4f), difference %+.3g %s (%+.3g to %+.3g); control %.4f (%.4f to %.4f): %s",
        what,
        median(changed),
        unit,
        median(old),
        ratio[0],
        ratio[1],
        ratio[2],
        difference[0],
        unit,
        difference[1],
        difference[2],
        control[0],
        control[1],
        control[2],
        verdict);
    return !isVoid && within;
  }

  private static double[] rounds(double[] values, double[] than, boolean ratio) {
    double[] each = new double[values.length];
    for (int i = 0; i < each.length; i++) {
      each[i] = ratio ? values[i] / than[i] : values[i] - than[i];
    }
    return each;
  }

  /**
   * The median, and the percentiles 2.5 and 97.5 of the medians of resampled processes, of each of
   * which the rounds are resampled too.
   *
   * @param together rounds of one process
   */
  private static double[] interval(double[] rounds, int together) {
    Random random = new Random(1993);
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[rounds.length];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int at = 0; at < drawn.length; at += together) {
        int process = random.nextInt(rounds.length / together) * together;
        for (int k = 0; k < together; k++) {
          drawn[at + k] = rounds[process + random.nextInt(together)];
        }
      }
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    return new double[] {
      median(rounds), medians[(int) (0.025 * RESAMPLES)], medians[(int) (0.975 * RESAMPLES)]
    };
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Map<String, List<Double>> empty() {
    Map<String, List<Double>> map = new LinkedHashMap<>();
    SIDES.forEach(side -> map.put(side, new ArrayList<>()));
    return map;
  }

  private List<String> shuffled() {
    List<String> sides = new ArrayList<>(SIDES);
    Collections.shuffle(sides, order);
    return sides;
  }

  private Path checkout(String side) {
    return side.equals("new") ? Checkout.root() : old;
  }

  private static double[] numbers(String line) {
    return Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
