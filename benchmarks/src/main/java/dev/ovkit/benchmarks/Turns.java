package dev.ovkit.benchmarks;

import dev.ovkit.CompileOptions;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Statistics;
import dev.ovkit.machine.MachineLoad;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Models that are all in memory at once and take turns, in a new order each round, so that whatever
 * slows the machine slows all alike; a turn is one pass that brings the weights back into the
 * caches, and one that is timed. Ratios are those of {@code ovkit bench}.
 */
final class Turns implements AutoCloseable {

  /** What is counted. With one thread the calling one infers, so its own time is all of it. */
  enum Clock {
    WALL,
    CPU;

    long now() {
      return this == WALL
          ? System.nanoTime()
          : ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }

  /** A model in memory. */
  record Contestant(Path xml, CompiledModel compiled, InferRequest request, double[] ms) {

    private void turn(int round, Clock clock) {
      request.infer();
      long start = clock.now();
      request.infer();
      ms[round] = (clock.now() - start) / 1e6;
    }

    /** Returns a copy of what it computed last. */
    float[] output(int index) {
      FloatBuffer values = request.output(index).floats();
      float[] copy = new float[values.remaining()];
      values.get(0, copy);
      return copy;
    }

    double median() {
      return Statistics.of(ms).p50();
    }

    Path bin() {
      return Path.of(xml.toString().replaceFirst("xml$", "bin"));
    }

    /** Returns the time of this one over that of another. */
    Ratio over(Contestant other) {
      return Ratio.of(ms, other.ms);
    }
  }

  private final int threads;
  private final int rounds;
  private final Clock clock;
  private final String loadBefore = load();
  private final Core core = Core.create();
  private final List<Contestant> all = new ArrayList<>();

  Turns(int threads, int rounds) throws IOException {
    this(threads, rounds, Clock.WALL);
  }

  Turns(int threads, int rounds, Clock clock) throws IOException {
    this.threads = threads;
    this.rounds = rounds;
    this.clock = clock;
  }

  Contestant add(Path xml) {
    try (Model model = core.readModel(xml)) {
      CompiledModel compiled =
          core.compile(model, CompileOptions.defaults().withThreads(threads).withStreams(1));
      InferRequest request = compiled.createRequest();
      Random random = new Random(3);
      FloatBuffer input = request.input(0).floats();
      for (int i = 0; i < input.capacity(); i++) {
        input.put(i, random.nextInt(256));
      }
      Contestant contestant = new Contestant(xml, compiled, request, new double[rounds]);
      all.add(contestant);
      return contestant;
    }
  }

  /** Lets all of them take their turns; {@code script} speaks. */
  void take(String script) {
    all.forEach(contestant -> contestant.turn(0, clock)); // the first pass of all is no measurement
    List<Contestant> order = new ArrayList<>(all);
    Random random = new Random(5);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random); // so that none always follows the same other
      for (Contestant contestant : order) {
        contestant.turn(round, clock);
      }
      if (round % 10 == 9) {
        System.err.printf("%s: round %d of %d%n", script, round + 1, rounds);
      }
    }
  }

  /** Returns what the control says, and the setting, as a line of Markdown. */
  String setting(String title, Contestant first, Contestant control) throws IOException {
    Ratio ratio = control.over(first);
    boolean holds = ratio.median() >= 0.98 && ratio.median() <= 1.02;
    Environment here = Environment.here();
    return String.format(
        Locale.ROOT,
        "The A/A control measured %s a second time; the ratio of the two is %.3f (%.3f–%.3f)%s. A time is the median of %d rounds of the network alone, with its input filled once, in f32, with %d thread%s and 1 stream. Machine: %s, processors allowed: %d, governor %s; OpenVINO %s; ONEDNN_MAX_CPU_ISA %s; load %s before, %s after.%n",
        title,
        ratio.median(),
        ratio.low(),
        ratio.high(),
        holds ? "" : ", so **the ratios are void**",
        rounds,
        threads,
        threads == 1 ? "" : "s",
        here.cpu(),
        here.processors(),
        here.governor(),
        here.openvino(),
        System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "not set"),
        loadBefore,
        load());
  }

  static String load() {
    return Double.toString(MachineLoad.now().average());
  }

  @Override
  public void close() {
    for (Contestant contestant : all) {
      contestant.request().close();
      contestant.compiled().close();
    }
    core.close();
  }
}
