import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Turns, and what comes of them. Rivals take turns within each round, in a new order every time, so
 * that whatever slows the machine slows all alike. A ratio is taken within each round; what is
 * printed is the median over the rounds, with the interval that holds it in 95 % of 2,000 bootstrap
 * samples.
 */
final class Figures {

  private record Ratio(double of, double to, double median, double low, double high) {}

  /** What was printed, for the JSON. */
  private final List<Map<String, Object>> rows = new ArrayList<>();

  List<Map<String, Object>> rows() {
    return rows;
  }

  /** Returns a time for each rival and round. */
  static Map<String, double[]> turns(Map<String, Rival> rivals, int passes, int rounds)
      throws IOException, InterruptedException {
    Map<String, double[]> ms = new LinkedHashMap<>();
    rivals.keySet().forEach(name -> ms.put(name, new double[rounds]));
    List<String> order = new ArrayList<>(rivals.keySet());
    Random random = new Random(5);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random);
      for (String name : order) {
        ms.get(name)[round] = rivals.get(name).turn(passes);
      }
    }
    return ms;
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

  void compare(String model, String of, String to, Map<String, double[]> ms) {
    print(model, of, to, ratio(ms.get(of), ms.get(to)));
  }

  /** One against its like: further than 2 % from 1, and the others mean nothing. */
  void control(String model, String of, String to, Map<String, double[]> ms) {
    Ratio ratio = ratio(ms.get(of), ms.get(to));
    boolean holds = ratio.median() >= 0.98 && ratio.median() <= 1.02;
    print(model + (holds ? " (A/A control)" : " (A/A control: VOID)"), of, to, ratio);
  }

  private void print(String model, String of, String to, Ratio ratio) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %s / %s | %.3f | %.3f | **%.3f** | %.3f–%.3f |%n",
        model,
        of,
        to,
        ratio.of(),
        ratio.to(),
        ratio.median(),
        ratio.low(),
        ratio.high());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("model", model);
    row.put("of", of);
    row.put("to", to);
    row.put("of_ms", ratio.of());
    row.put("to_ms", ratio.to());
    row.put("median", ratio.median());
    row.put("low", ratio.low());
    row.put("high", ratio.high());
    rows.add(row);
  }

  private static Ratio ratio(double[] a, double[] b) {
    double[] ratios = IntStream.range(0, a.length).mapToDouble(i -> a[i] / b[i]).toArray();
    Random random = new Random(1);
    double[] medians =
        IntStream.range(0, 2000)
            .mapToDouble(
                sample ->
                    median(
                        random
                            .ints(ratios.length, 0, ratios.length)
                            .mapToDouble(i -> ratios[i])
                            .toArray()))
            .sorted()
            .toArray();
    return new Ratio(median(a), median(b), median(ratios), medians[49], medians[1949]);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}
