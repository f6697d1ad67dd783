package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.internal.text.EditDistance;
import dev.ovkit.model.DetectorSpec;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Classes that a user names, or gives by number. */
public final class ClassNames {

  private static final int MOST_LISTED = 20;

  /** Returns the numbers of classes of a model. */
  public static Set<Integer> numbers(List<String> names, DetectorSpec detector, Path model) {
    Set<Integer> numbers = new TreeSet<>();
    for (String name : names) {
      numbers.add(number("--classes " + name, name, detector, model));
    }
    return numbers;
  }

  /**
   * Returns the number of a class.
   *
   * @param origin what a message begins with
   */
  public static int number(String origin, String name, DetectorSpec detector, Path model) {
    int id = detector.labels().indexOf(name);
    if (id < 0 && name.matches("\\d{1,6}")) {
      id = Integer.parseInt(name);
    }
    if (id < 0 || id >= detector.layout().classes()) {
      throw unknown(origin, name, detector, model);
    }
    return id;
  }

  private static OptionException unknown(
      String origin, String name, DetectorSpec detector, Path model) {
    List<String> labels = detector.labels();
    Optional<String> near =
        labels.stream()
            .filter(label -> distance(name, label) <= Math.max(2, name.length() / 3))
            .min(Comparator.comparingInt(label -> distance(name, label)));
    if (near.isPresent()) {
      return new OptionException(
          "%s: '%s' has no such class; did you mean '%s'?".formatted(origin, model, near.get()));
    }
    String listed =
        labels.isEmpty()
            ? "numbers 0 to " + (detector.layout().classes() - 1)
            : String.join(", ", labels.subList(0, Math.min(MOST_LISTED, labels.size())))
                + (labels.size() > MOST_LISTED
                    ? ", and %d more; 'ovkit inspect' lists them"
                        .formatted(labels.size() - MOST_LISTED)
                    : "");
    return new OptionException("%s: no such class; '%s' has %s".formatted(origin, model, listed));
  }

  private static int distance(String typed, String label) {
    return EditDistance.between(typed.toLowerCase(Locale.ROOT), label.toLowerCase(Locale.ROOT));
  }

  private ClassNames() {}
}
