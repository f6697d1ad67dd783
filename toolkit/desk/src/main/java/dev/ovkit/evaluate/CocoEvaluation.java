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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * COCO's evaluation of boxes: what a detector found, held against what is there. Its figures are
 * those of pycocotools.
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
  private final Map<Long, List<FoundBox>> found = new HashMap<>();

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
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Detections>> running = new ArrayList<>();
      for (TruthPicture picture : truth.pictures()) {
        running.add(pool.submit(() -> detect.apply(picture.file())));
      }
      for (int i = 0; i < running.size(); i++) {
        TruthPicture picture = truth.pictures().get(i);
        Detections detections = join(running.get(i));
        requireSize(picture, detections, truth);
        evaluation.add(picture.id(), detections.objects());
        afterEach.run();
      }
      return evaluation;
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
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
    List<FoundBox> mapped = new ArrayList<>();
    for (Detection detection : detections) {
      Long category = mapping.categories().get(detection.classId());
      if (category != null) {
        mapped.add(FoundBox.of(detection, category));
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

  /** Returns the figures over all pictures of the ground truth. */
  public CocoMetrics metrics() {
    Map<Long, List<CocoMatching>> byCategory = matchings();
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
              Optional<PrecisionRecall> curve = PrecisionRecall.of(results, CocoMatching.MOST);
              curve.ifPresent(all::add);
              PrecisionRecall.of(results, 1).ifPresent(best::add);
              PrecisionRecall.of(results, 10).ifPresent(ten::add);
              sized(matchings, CocoMatching.Size.SMALL).ifPresent(small::add);
              sized(matchings, CocoMatching.Size.MEDIUM).ifPresent(medium::add);
              sized(matchings, CocoMatching.Size.LARGE).ifPresent(large::add);
              List<PrecisionRecall> alone = curve.stream().toList();
              perClass.add(
                  new CocoMetrics.PerClass(
                      category,
                      name,
                      results.stream().mapToInt(CocoMatching.Result::objects).sum(),
                      precision(alone),
                      precisionAt(alone, 0.5),
                      precisionAt(alone, 0.75)));
            });
    return new CocoMetrics(
        precision(all),
        precisionAt(all, 0.5),
        precisionAt(all, 0.75),
        precision(small),
        precision(medium),
        precision(large),
        recall(best),
        recall(ten),
        recall(all),
        recall(small),
        recall(medium),
        recall(large),
        perClass);
  }

  /** Returns the curves of the categories that have objects, by rising id. */
  public List<ClassCurve> curves() {
    Map<Long, List<CocoMatching>> byCategory = matchings();
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

  /** Returns what went wrong on each picture if boxes count from a confidence, by rising id. */
  public List<PictureMistakes> mistakes(double confidence) {
    return truth.pictures().stream()
        .map(
            picture ->
                PictureMistakes.of(
                    picture,
                    found.getOrDefault(picture.id(), List.of()).stream()
                        .filter(box -> box.score() >= confidence)
                        .toList(),
                    truth.categories()))
        .toList();
  }

  /** The pictures, by rising id, on which a category is or was found. */
  private Map<Long, List<CocoMatching>> matchings() {
    Map<Long, List<CocoMatching>> byCategory = new HashMap<>();
    for (TruthPicture picture : truth.pictures()) {
      Map<Long, List<TruthBox>> boxes = new HashMap<>();
      for (TruthBox box : picture.boxes()) {
        boxes.computeIfAbsent(box.category(), c -> new ArrayList<>()).add(box);
      }
      Map<Long, List<FoundBox>> detections = new HashMap<>();
      for (FoundBox one : found.getOrDefault(picture.id(), List.of())) {
        detections.computeIfAbsent(one.category(), c -> new ArrayList<>()).add(one);
      }
      Set<Long> categories = new HashSet<>(boxes.keySet());
      categories.addAll(detections.keySet());
      for (long category : categories) {
        byCategory
            .computeIfAbsent(category, c -> new ArrayList<>())
            .add(
                new CocoMatching(
                    detections.getOrDefault(category, List.of()),
                    boxes.getOrDefault(category, List.of())));
      }
    }
    return byCategory;
  }

  private static List<CocoMatching.Result> results(
      List<CocoMatching> matchings, CocoMatching.Size size) {
    return matchings.stream().map(matching -> matching.match(size)).toList();
  }

  private static Optional<PrecisionRecall> sized(
      List<CocoMatching> matchings, CocoMatching.Size size) {
    return PrecisionRecall.of(results(matchings, size), CocoMatching.MOST);
  }

  private static double precision(List<PrecisionRecall> classes) {
    return mean(classes, c -> c.precision());
  }

  private static double recall(List<PrecisionRecall> classes) {
    return mean(classes, c -> c.recall());
  }

  private static double precisionAt(List<PrecisionRecall> classes, double iou) {
    int t = (int) Math.round((iou - 0.5) / 0.05);
    return mean(classes, c -> new double[] {c.precision()[t]});
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
   * @throws OutputException when the file cannot be written
   */
  public void writeDetections(Path file) {
    Path part = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(part))) {
        json.writeStartArray();
        for (TruthPicture picture : truth.pictures()) {
          for (FoundBox one : found.getOrDefault(picture.id(), List.of())) {
            json.writeRaw('\n');
            write(json, picture.id(), one);
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

  private static void write(JsonGenerator json, long picture, FoundBox one) throws IOException {
    json.writeStartObject();
    json.writeNumberField("image_id", picture);
    json.writeNumberField("category_id", one.category());
    json.writeArrayFieldStart("bbox");
    json.writeNumber(one.x());
    json.writeNumber(one.y());
    json.writeNumber(one.width());
    json.writeNumber(one.height());
    json.writeEndArray();
    json.writeNumberField("score", one.score());
    json.writeEndObject();
  }

  // ---- threads

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

  private static Detections join(Future<Detections> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true; // a detection is short; the caller learns of it afterwards
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw new IllegalStateException(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The detector may be closed as soon as this is through, so none may still be running. */
  private static void awaitEnd(ExecutorService pool) {
    try {
      if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("a detection does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
