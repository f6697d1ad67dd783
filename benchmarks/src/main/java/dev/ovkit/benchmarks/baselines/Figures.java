package dev.ovkit.benchmarks.baselines;

import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Statistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * The turns of rivals, and their ratios. Rivals take turns within each round, in a new order every
 * time, so that whatever slows the machine slows all alike.
 */
final class Figures {

  /** What was printed, for the JSON. */
  private final List<Map<String, Object>> rows = new ArrayList<>();

  private final Map<String, Map<String, String>> kernels = new LinkedHashMap<>();

  List<Map<String, Object>> rows() {
    return rows;
  }

  /** Returns what computed each model, by its name and the rival's. */
  Map<String, Map<String, String>> kernels() {
    return kernels;
  }

  /** Returns a time for each rival and round. */
  static Map<String, double[]> turns(Map<String, Rival> rivals, int passes, int rounds)
      throws IOException, InterruptedException {
    Map<String, double[]> ms = new LinkedHashMap<>();
    rivals.keySet().forEach(name -> ms.put(name, new double[rounds]));
    List<Map.Entry<String, Rival>> order = new ArrayList<>(rivals.entrySet());
    Random random = new Random(5);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random);
      for (Map.Entry<String, Rival> one : order) {
        times(ms, one.getKey())[round] = one.getValue().turn(passes);
      }
    }
    return ms;
  }

  private static double[] times(Map<String, double[]> ms, String name) {
    return Objects.requireNonNull(ms.get(name), name);
  }

  static void close(Map<String, Rival> rivals) throws IOException {
    for (Rival rival : rivals.values()) {
      rival.close();
    }
  }

  void heading() {
    System.out.println("| model | compared | ms | ms | ratio | 95 % |");
    System.out.println("| --- | --- | ---: | ---: | ---: | --- |");
  }

  /** Prints with which instruction sets each computes a model. */
  void kernels(String model, Map<String, Rival> rivals) throws IOException, InterruptedException {
    Map<String, String> all = new LinkedHashMap<>();
    for (Map.Entry<String, Rival> one : rivals.entrySet()) {
      String used = one.getValue().kernels();
      if (!used.isEmpty()) {
        System.out.printf("| %s | %s: %s | | | | |%n", model, one.getKey(), used);
        all.put(one.getKey(), used);
      }
    }
    kernels.computeIfAbsent(model, name -> new LinkedHashMap<>()).putAll(all);
  }

  void compare(String model, String of, String to, Map<String, double[]> ms) {
    print(model, of, to, ms, Ratio.of(times(ms, of), times(ms, to)));
  }

  /** One against its like: further than 2 % from 1, and the others mean nothing. */
  void control(String model, String of, String to, Map<String, double[]> ms) {
    Ratio ratio = Ratio.of(times(ms, of), times(ms, to));
    boolean holds = ratio.median() >= 0.98 && ratio.median() <= 1.02;
    print(model + (holds ? " (A/A control)" : " (A/A control: VOID)"), of, to, ms, ratio);
  }

  private void print(String model, String of, String to, Map<String, double[]> ms, Ratio ratio) {
    double ofMs = Statistics.of(times(ms, of)).p50();
    double toMs = Statistics.of(times(ms, to)).p50();
    System.out.printf(
        Locale.ROOT,
        "| %s | %s / %s | %.3f | %.3f | **%.3f** | %.3f–%.3f |%n",
        model,
        of,
        to,
        ofMs,
        toMs,
        ratio.median(),
        ratio.low(),
        ratio.high());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("model", model);
    row.put("of", of);
    row.put("to", to);
    row.put("of_ms", ofMs);
    row.put("to_ms", toMs);
    row.put("median", ratio.median());
    row.put("low", ratio.low());
    row.put("high", ratio.high());
    rows.add(row);
  }
}
