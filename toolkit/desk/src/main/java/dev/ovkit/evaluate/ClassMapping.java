package dev.ovkit.evaluate;

import dev.ovkit.model.DetectorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which category each of a model's classes is. COCO numbers its 80 categories 1 to 90, with gaps; a
 * model counts from 0.
 *
 * @param how how the categories were found
 * @param categories the category's id by the class's number; a class that is none is left out, and
 *     what is found of it does not count
 */
public record ClassMapping(How how, Map<Integer, Long> categories) {

  /** How the categories were found. */
  public enum How {
    /** The model's labels are the categories' names; case, {@code _} and {@code -} are the same. */
    NAMES,
    /** The n-th class is the n-th category by rising id. */
    ORDER,
    /** The class's number is the category's id. */
    NUMBERS
  }

  public ClassMapping {
    categories = Map.copyOf(categories);
  }

  /**
   * Matches by names where the model has labels for all categories that have objects; else by
   * order, if there are as many classes as categories and no label is at another's place (some
   * lists of COCO's names say {@code aeroplane} and {@code sofa}).
   *
   * @throws AnnotationException when neither works
   */
  public static ClassMapping of(DetectorSpec spec, GroundTruth truth) {
    Set<Long> used =
        truth.pictures().stream()
            .flatMap(picture -> picture.objects().stream())
            .map(TruthObject::category)
            .collect(Collectors.toSet());
    return of(spec, truth.source(), truth.categories(), used);
  }

  /** Matches the folders of a classifier's pictures in the same way. */
  public static ClassMapping of(DetectorSpec spec, PictureFolders truth) {
    return of(spec, truth.source(), truth.categories(), truth.categories().keySet());
  }

  private static ClassMapping of(
      DetectorSpec spec, Path source, SortedMap<Long, String> categories, Set<Long> used) {
    List<Long> ids = new ArrayList<>(categories.keySet());
    List<String> names = categories.values().stream().map(ClassMapping::plain).toList();
    List<String> labels = spec.labels().stream().map(ClassMapping::plain).toList();

    SortedSet<String> missing = new TreeSet<>();
    for (long category : used) {
      String name = Objects.requireNonNull(categories.get(category));
      if (!labels.contains(plain(name))) {
        missing.add(name);
      }
    }
    Map<Integer, Long> mapping = new HashMap<>();
    if (missing.isEmpty()) {
      for (int i = 0; i < ids.size(); i++) {
        if (labels.contains(names.get(i))) {
          mapping.put(labels.indexOf(names.get(i)), ids.get(i));
        }
      }
      return new ClassMapping(How.NAMES, mapping);
    }
    if (spec.layout().classes() == ids.size() && sameOrder(labels, names)) {
      for (int i = 0; i < ids.size(); i++) {
        mapping.put(i, ids.get(i));
      }
      return new ClassMapping(How.ORDER, mapping);
    }
    throw new AnnotationException(
        labels.isEmpty()
            ? "'%s' has %d categories, but the model has %d classes without names; give --names a file with the model's class names, one per line, in order"
                .formatted(source, ids.size(), spec.layout().classes())
            : "'%s' has objects of categories that the model does not name: %s; give --names a file with the model's class names, one per line, in order"
                .formatted(source, String.join(", ", missing)));
  }

  /** The categories are the model's classes by number. */
  public static ClassMapping numbers(int classes) {
    Map<Integer, Long> mapping = new HashMap<>();
    for (int i = 0; i < classes; i++) {
      mapping.put(i, (long) i);
    }
    return new ClassMapping(How.NUMBERS, mapping);
  }

  private static boolean sameOrder(List<String> labels, List<String> names) {
    int same = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i).equals(names.get(i))) {
        same++;
      } else if (names.contains(labels.get(i))) {
        return false;
      }
    }
    return labels.isEmpty() || 2 * same >= labels.size();
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]+", " ");
  }
}
