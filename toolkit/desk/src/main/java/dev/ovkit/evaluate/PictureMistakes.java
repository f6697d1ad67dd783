package dev.ovkit.evaluate;

import dev.ovkit.model.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was found on a picture and what is there, in pairs that overlap by half, whatever their
 * classes; the best overlap is paired first. Groups are left out, and boxes on them too.
 *
 * @param picture with what is there
 * @param there what is there, as if it were found, with the names of the categories
 * @param found what was found, with the names of the categories
 * @param pairs the category that is there, and the one that was found
 * @param missed categories of objects that no box has
 * @param invented categories of boxes that no object has
 */
public record PictureMistakes(
    TruthPicture picture,
    List<Detection> there,
    List<Detection> found,
    List<Pair> pairs,
    List<Long> missed,
    List<Long> invented) {

  static final double OVERLAP = 0.5;

  /** An object and the box on it, by their categories. */
  public record Pair(long there, long found) {}

  private record Overlap(int truth, int box, double share) {}

  static PictureMistakes of(
      TruthPicture picture,
      List<FoundObject> boxes,
      Map<Long, String> categories,
      Similarity similarity) {
    List<TruthObject> truth = picture.objects();
    List<Overlap> overlaps = new ArrayList<>();
    Set<Integer> spareBoxes = new HashSet<>();
    Set<Integer> spareTruth = new HashSet<>();
    for (int b = 0; b < boxes.size(); b++) {
      spareBoxes.add(b);
      for (int t = 0; t < truth.size(); t++) {
        double share = similarity.of(boxes.get(b).detection(), truth.get(t));
        if (share >= OVERLAP) {
          overlaps.add(new Overlap(t, b, share));
        }
      }
    }
    for (int t = 0; t < truth.size(); t++) {
      if (!truth.get(t).crowd()) {
        spareTruth.add(t);
      }
    }
    overlaps.sort(Comparator.comparingDouble(Overlap::share).reversed());
    List<Pair> pairs = new ArrayList<>();
    for (Overlap one : overlaps) {
      if (spareBoxes.contains(one.box()) && spareTruth.remove(one.truth())) {
        spareBoxes.remove(one.box());
        pairs.add(new Pair(truth.get(one.truth()).category(), boxes.get(one.box()).category()));
      }
    }
    for (Overlap one : overlaps) {
      if (truth.get(one.truth()).crowd()) {
        spareBoxes.remove(one.box());
      }
    }
    return new PictureMistakes(
        picture,
        truth.stream()
            .map(
                one ->
                    one.detection(
                        categories.get(one.category()) + (one.crowd() ? " (group)" : ""),
                        number(one.category())))
            .toList(),
        boxes.stream().map(box -> named(box, categories)).toList(),
        pairs,
        spareTruth.stream().sorted().map(t -> truth.get(t).category()).toList(),
        spareBoxes.stream().sorted().map(b -> boxes.get(b).category()).toList());
  }

  private static Detection named(FoundObject box, Map<Long, String> categories) {
    Detection found = box.detection();
    return new Detection(
        String.valueOf(categories.get(box.category())),
        number(box.category()),
        found.score(),
        found.box(),
        found.detail());
  }

  /** A category's id may be any number; a class has one from 0, which gives it its colour. */
  private static int number(long category) {
    return Math.floorMod(category, Integer.MAX_VALUE);
  }

  /** Returns how many objects were missed, invented, or taken for something else. */
  public int count() {
    long mistaken = pairs.stream().filter(pair -> pair.there() != pair.found()).count();
    return missed.size() + invented.size() + (int) mistaken;
  }

  /** Returns how often each category that is there was found as which; pictures together. */
  public static Map<Pair, Integer> confusion(List<PictureMistakes> pictures) {
    Map<Pair, Integer> counts = new HashMap<>();
    for (PictureMistakes picture : pictures) {
      picture.pairs().forEach(pair -> counts.merge(pair, 1, Integer::sum));
    }
    return counts;
  }
}
