package dev.ovkit.cli.print;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What became of many pictures, in a few lines for people. */
public final class Summary {

  private static final int MOST_CLASSES = 10;

  private final Map<String, Integer> objects = new LinkedHashMap<>();
  private final long start = System.nanoTime();
  private int pictures;
  private int unreadable;

  public void found(Detections found) {
    pictures++;
    for (Detection d : found.objects()) {
      objects.merge(d.label(), 1, Integer::sum);
    }
  }

  public void unreadable() {
    unreadable++;
  }

  /** Whether there was more than one picture, so that a summary says something new. */
  public boolean useful() {
    return pictures + unreadable > 1;
  }

  /**
   * Prints it.
   *
   * @param written where results went, each as a sentence; may be empty
   */
  public void print(PrintWriter out, List<String> written) {
    double ms = pictures == 0 ? 0 : (System.nanoTime() - start) / 1e6 / pictures;
    out.println();
    out.printf(
        Locale.ROOT,
        "%d picture%s%s, %.1f ms per picture%n",
        pictures,
        pictures == 1 ? "" : "s",
        unreadable > 0 ? ", %d unreadable".formatted(unreadable) : "",
        ms);
    int all = objects.values().stream().mapToInt(Integer::intValue).sum();
    out.printf("%d object%s%s%n", all, all == 1 ? "" : "s", all == 0 ? "" : ": " + classes());
    written.forEach(out::println);
  }

  private String classes() {
    List<Map.Entry<String, Integer>> most = new ArrayList<>(objects.entrySet());
    most.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    List<String> words =
        most.stream().limit(MOST_CLASSES).map(one -> one.getValue() + " " + one.getKey()).toList();
    int left = most.size() - words.size();
    return String.join(", ", words) + (left > 0 ? ", and %d more classes".formatted(left) : "");
  }
}
