package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ovkit.OutputException;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * COCO's evaluation: what a detector found, held against what is there, by the similarity of boxes,
 * masks, rotated boxes or key points. Its figures are those of pycocotools.
 *
 * <pre>{@code
 * GroundTruth truth = GroundTruth.coco(Path.of("instances.json"), Path.of("images"));
 * ClassMapping mapping = ClassMapping.of(detector.spec(), truth);
 * CocoMetrics metrics =
 *     CocoEvaluation.run(truth, mapping, detector::detect, detector.requests(), () -> {}).metrics();
 * }</pre>
 *
 * <p>The figures mean what is usual only if the detector gives almost all that it has: a confidence
 * of {@value #CONFIDENCE}, an IoU of {@value #IOU}, {@value #MOST_BOXES} boxes. For one thread at a
 * time.
 */
public final class CocoEvaluation {

  /** The usual lowest score for an evaluation. */
  public static final float CONFIDENCE = 0.001f;

  /** The usual overlap for suppression before an evaluation. */
  public static final float IOU = 0.6f;

  /** The usual number of boxes a picture. */
  public static final int MOST_BOXES = 300;

  private final GroundTruth truth;
  private final ClassMapping mapping;
  private final Set<Long> pictures = new HashSet<>();
  private final Map<Long, List<FoundObject>> found = new HashMap<>();

  /** Starts with nothing found. */
  public CocoEvaluation(GroundTruth truth, ClassMapping mapping) {
    this.truth = truth;
    this.mapping = mapping;
    truth.pictures().forEach(picture -> pictures.add(picture.id()));
  }

  /**
   * Lets a detector look at all pictures.
   *
   * @param detect finds what is on a picture; called by as many threads as given
   * @param afterEach called by the caller's thread after each picture
   * @throws AnnotationException when a picture is not as large as its annotations say
   * @throws dev.ovkit.PictureException when a picture cannot be read: figures over the others would
   *     be of another set
   */
  public static CocoEvaluation run(
      GroundTruth truth,
      ClassMapping mapping,
      Function<Path, Detections> detect,
      int threads,
      Runnable afterEach) {
    CocoEvaluation evaluation = new CocoEvaluation(truth, mapping);
    PictureRun.over(
        truth.pictures(),
        TruthPicture::file,
        detect,
        threads,
        (picture, detections) -> {
          requireSize(picture, detections, truth);
          evaluation.add(picture.id(), detections.objects());
          afterEach.run();
        });
    return evaluation;
  }

  /**
   * Adds what was found on a picture; a picture never added counts as one on which nothing was.
   *
   * @param picture its id in the ground truth
   * @param detections in any order; of equal scores the earlier comes first
   * @throws IllegalArgumentException when there is no such picture, or it was added before
   */
  public void add(long picture, List<Detection> detections) {
    if (!pictures.contains(picture)) {
      throw new IllegalArgumentException("the ground truth has no picture " + picture);
    }
    List<FoundObject> mapped = new ArrayList<>();
    for (Detection detection : detections) {
      Long category = mapping.categories().get(detection.classId());
      if (category != null) {
        mapped.add(new FoundObject(category, detection));
      }
    }
    if (found.putIfAbsent(picture, mapped) != null) {
      throw new IllegalArgumentException("picture %d was added before".formatted(picture));
    }
  }

  /** Returns how many detections were added, those of no category left out. */
  public long detections() {
    return found.values().stream().mapToLong(List::size).sum();
  }

  // ---- figures

  /**
   * Returns the figures over all pictures of the ground truth.
   *
   * @param similarity what is compared; the truth must have been read for it
   */
  public CocoMetrics metrics(Similarity similarity) {
    Map<Long, List<CocoMatching>> byCategory = matchings(similarity);
    int most = similarity.most();
    List<PrecisionRecall> all = new ArrayList<>();
    List<PrecisionRecall> small = new ArrayList<>();
    List<PrecisionRecall> medium = new ArrayList<>();
    List<PrecisionRecall> large = new ArrayList<>();
    List<PrecisionRecall> best = new ArrayList<>();
    List<PrecisionRecall> ten = new ArrayList<>();
    List<CocoMetrics.PerClass> perClass = new ArrayList<>();
    truth
        .categories()
        .forEach(
            (category, name) -> {
              List<CocoMatching> matchings = byCategory.getOrDefault(category, List.of());
              List<CocoMatching.Result> results = results(matchings, CocoMatching.Size.ALL);
              Optional<PrecisionRecall> curve = PrecisionRecall.of(results, most);
              curve.ifPresent(all::add);
              PrecisionRecall.of(results, 1).ifPresent(best::add);
              PrecisionRecall.of(results, 10).ifPresent(ten::add);
              sized(matchings, CocoMatching.Size.SMALL, most).ifPresent(small::add);
              sized(matchings, CocoMatching.Size.MEDIUM, most).ifPresent(medium::add);
              sized(matchings, CocoMatching.Size.LARGE, most).ifPresent(large::add);
              List<PrecisionRecall> alone = curve.stream().toList();
              perClass.add(
                  new CocoMetrics.PerClass(
                      category,
                      name,
                      results.stream().mapToInt(CocoMatching.Result::objects).sum(),
                      precision(alone),
                      mean(alone, c -> at(c.precision(), 0.5)),
                      mean(alone, c -> at(c.precision(), 0.75))));
            });
    return new CocoMetrics(
        precision(all),
        mean(all, c -> at(c.precision(), 0.5)),
        mean(all, c -> at(c.precision(), 0.75)),
        precision(small),
        precision(medium),
        precision(large),
        recall(best),
        recall(ten),
        recall(all),
        mean(all, c -> at(c.recall(), 0.5)),
        mean(all, c -> at(c.recall(), 0.75)),
        recall(small),
        recall(medium),
        recall(large),
        perClass);
  }

  /** Returns the figures of the boxes. */
  public CocoMetrics metrics() {
    return metrics(Similarity.BOXES);
  }

  /** Returns the curves of the categories that have objects, by rising id. */
  public List<ClassCurve> curves(Similarity similarity) {
    Map<Long, List<CocoMatching>> byCategory = matchings(similarity);
    List<ClassCurve> curves = new ArrayList<>();
    truth
        .categories()
        .forEach(
            (category, name) -> {
              ClassCurve curve =
                  ClassCurve.of(
                      name,
                      results(byCategory.getOrDefault(category, List.of()), CocoMatching.Size.ALL));
              if (curve.objects() > 0) {
                curves.add(curve);
              }
            });
    return curves;
  }

  /** Returns what went wrong on each picture if objects count from a confidence, by rising id. */
  public List<PictureMistakes> mistakes(double confidence, Similarity similarity) {
    return truth.pictures().stream()
        .map(
            picture ->
                PictureMistakes.of(
                    picture,
                    found.getOrDefault(picture.id(), List.of()).stream()
                        .filter(one -> one.detection().score() >= confidence)
                        .toList(),
                    truth.categories(),
                    similarity))
        .toList();
  }

  /** The pictures, by rising id, on which a category is or was found. */
  private Map<Long, List<CocoMatching>> matchings(Similarity similarity) {
    Map<Long, List<CocoMatching>> byCategory = new HashMap<>();
    for (TruthPicture picture : truth.pictures()) {
      Map<Long, List<TruthObject>> objects =
          picture.objects().stream().collect(Collectors.groupingBy(TruthObject::category));
      Map<Long, List<Detection>> detections =
          found.getOrDefault(picture.id(), List.of()).stream()
              .collect(
                  Collectors.groupingBy(
                      FoundObject::category,
                      Collectors.mapping(FoundObject::detection, Collectors.toList())));
      Set<Long> categories = new HashSet<>(objects.keySet());
      categories.addAll(detections.keySet());
      for (long category : categories) {
        byCategory
            .computeIfAbsent(category, c -> new ArrayList<>())
            .add(
                new CocoMatching(
                    detections.getOrDefault(category, List.of()),
                    objects.getOrDefault(category, List.of()),
                    similarity));
      }
    }
    return byCategory;
  }

  private static List<CocoMatching.Result> results(
      List<CocoMatching> matchings, CocoMatching.Size size) {
    return matchings.stream().map(matching -> matching.match(size)).toList();
  }

  private static Optional<PrecisionRecall> sized(
      List<CocoMatching> matchings, CocoMatching.Size size, int most) {
    return PrecisionRecall.of(results(matchings, size), most);
  }

  private static double precision(List<PrecisionRecall> classes) {
    return mean(classes, c -> c.precision());
  }

  private static double recall(List<PrecisionRecall> classes) {
    return mean(classes, c -> c.recall());
  }

  private static double[] at(double[] values, double threshold) {
    return new double[] {values[(int) Math.round((threshold - 0.5) / 0.05)]};
  }

  private static double mean(
      List<PrecisionRecall> classes, Function<PrecisionRecall, double[]> values) {
    double sum = 0;
    int count = 0;
    for (PrecisionRecall one : classes) {
      for (double value : values.apply(one)) {
        sum += value;
        count++;
      }
    }
    return sum / count; // NaN for none
  }

  // ---- results in a file

  /**
   * Writes the detections as COCO's results, which pycocotools' {@code loadRes} reads: by rising id
   * of the picture, the numbers unrounded.
   *
   * @param similarity what the results are of: a file of masks or key points has no boxes, because
   *     pycocotools would take their areas for those of the masks or points
   * @throws OutputException when the file cannot be written
   */
  public void writeDetections(Path file, Similarity similarity) {
    Path part = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(part))) {
        json.writeStartArray();
        for (TruthPicture picture : truth.pictures()) {
          for (FoundObject one : found.getOrDefault(picture.id(), List.of())) {
            json.writeRaw('\n');
            json.writeStartObject();
            json.writeNumberField("image_id", picture.id());
            json.writeNumberField("category_id", one.category());
            similarity.write(json, one.detection());
            json.writeNumberField("score", (double) one.detection().score());
            json.writeEndObject();
          }
        }
        json.writeEndArray();
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw OutputException.of(file, e);
    } finally {
      part.toFile().delete();
    }
  }

  private static void requireSize(TruthPicture picture, Detections seen, GroundTruth truth) {
    boolean same =
        (picture.width() == 0 || picture.width() == seen.width())
            && (picture.height() == 0 || picture.height() == seen.height());
    if (!same) {
      throw new AnnotationException(
          "'%s' is %dx%d, but '%s' annotates a picture of %dx%d; give --images the annotated pictures"
              .formatted(
                  picture.file(),
                  seen.width(),
                  seen.height(),
                  truth.source(),
                  picture.width(),
                  picture.height()));
    }
  }
}
