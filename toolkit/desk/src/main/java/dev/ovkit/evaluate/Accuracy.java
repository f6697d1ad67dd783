package dev.ovkit.evaluate;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How often a classifier is right.
 *
 * @param pictures how many it looked at
 * @param top1 the share of pictures whose class it ranks first, 0..1
 * @param top5 the share of pictures whose class is among its first five
 * @param perClass every class that has pictures, in the order of the categories
 */
public record Accuracy(int pictures, double top1, double top5, List<PerClass> perClass) {

  /** How many of the ranked classes decide. */
  public static final int MOST = 5;

  /** The same of one class. */
  public record PerClass(String name, int pictures, double top1, double top5) {}

  public Accuracy {
    perClass = List.copyOf(perClass);
  }

  /**
   * Lets a classifier look at all pictures.
   *
   * @param detect ranks the classes of a picture, at least the first {@link #MOST}; called by as
   *     many threads as given
   * @param afterEach called by the caller's thread after each picture
   * @throws dev.ovkit.PictureException when a picture cannot be read
   */
  public static Accuracy run(
      PictureFolders truth,
      ClassMapping mapping,
      Function<Path, Detections> detect,
      int threads,
      Runnable afterEach) {
    Map<Long, List<Integer>> places = new TreeMap<>();
    PictureRun.over(
        truth.pictures(),
        PictureFolders.ClassPicture::file,
        detect,
        threads,
        (picture, found) -> {
          places
              .computeIfAbsent(picture.category(), c -> new ArrayList<>())
              .add(place(picture.category(), mapping, found.objects()));
          afterEach.run();
        });
    List<PerClass> perClass = new ArrayList<>();
    places.forEach(
        (category, all) ->
            perClass.add(
                new PerClass(
                    String.valueOf(truth.categories().get(category)),
                    all.size(),
                    share(all, 1),
                    share(all, MOST))));
    List<Integer> all = places.values().stream().flatMap(List::stream).toList();
    return new Accuracy(all.size(), share(all, 1), share(all, MOST), perClass);
  }

  /** Returns where a category is among the ranked classes; beyond all of them if it is not. */
  private static int place(long category, ClassMapping mapping, List<Detection> ranked) {
    for (int i = 0; i < ranked.size(); i++) {
      Long found = mapping.categories().get(ranked.get(i).classId());
      if (found != null && found == category) {
        return i;
      }
    }
    return Integer.MAX_VALUE;
  }

  private static double share(List<Integer> places, int first) {
    return (double) places.stream().filter(place -> place < first).count() / places.size();
  }
}
