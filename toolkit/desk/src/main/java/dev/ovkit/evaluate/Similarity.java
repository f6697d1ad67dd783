package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How alike a found and a true object are, and all that follows from what is compared: how the
 * truth is read, how large an object is, which figures there are. Each has a file of its own.
 */
public abstract sealed class Similarity permits BoxIou, MaskIou, RotatedIou, KeyPointOks {

  /** By the IoU of boxes. */
  public static final Similarity BOXES = new BoxIou();

  /** By the IoU of masks. */
  public static final Similarity MASKS = new MaskIou();

  /** By the IoU of rotated boxes. */
  public static final Similarity ROTATED = new RotatedIou();

  /**
   * By COCO's object key-point similarity.
   *
   * @param points how many an object has
   */
  public static Similarity keyPoints(int points) {
    return new KeyPointOks(points);
  }

  /**
   * Returns what a detector is measured by; the last one is what it is for, and truth that is read
   * for it serves the others, too.
   *
   * @throws IllegalArgumentException for a classifier, which finds no objects
   */
  public static List<Similarity> of(DetectorSpec detector) {
    return switch (detector.task()) {
      case DETECT -> List.of(BOXES);
      case SEGMENT -> List.of(BOXES, MASKS);
      case POSE -> List.of(BOXES, keyPoints(detector.layout().keyPoints()));
      case OBB -> List.of(ROTATED);
      case CLASSIFY -> throw new IllegalArgumentException("a classifier finds no objects");
    };
  }

  /** Returns what is compared, such as {@code key points}. */
  public abstract String word();

  /** Returns the same as a name for programs, such as {@code key_points}. */
  public String key() {
    return word().replace(' ', '_');
  }

  /** Returns what a reader of the figures has to know, such as a convention that was taken. */
  public Optional<String> note() {
    return Optional.empty();
  }

  /** Returns the figures by the names that reports use, in pycocotools' order. */
  public Map<String, Double> figures(CocoMetrics metrics) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("map", metrics.map());
    figures.put("map50", metrics.map50());
    figures.put("map75", metrics.map75());
    figures.put("map_small", metrics.mapSmall());
    figures.put("map_medium", metrics.mapMedium());
    figures.put("map_large", metrics.mapLarge());
    figures.put("ar1", metrics.ar1());
    figures.put("ar10", metrics.ar10());
    figures.put("ar100", metrics.ar());
    figures.put("ar_small", metrics.arSmall());
    figures.put("ar_medium", metrics.arMedium());
    figures.put("ar_large", metrics.arLarge());
    return figures;
  }

  // ---- truth

  /**
   * Reads what an annotation of COCO says beyond its box.
   *
   * @return the rest of the work, which needs the size of the picture; it keeps no JSON
   */
  abstract Completion coco(JsonEntry annotation);

  /** Returns what a line of a YOLO trainer's label looks like. */
  abstract String yoloForm();

  /** Reads a line of a YOLO trainer's label. */
  abstract TruthObject yolo(YoloLine line);

  /** Adds to an object what is known of it. */
  @FunctionalInterface
  interface Completion {

    /**
     * @param width of the picture; 0 where the annotations do not say
     * @param height of the picture; 0 where the annotations do not say
     * @throws AnnotationException when the size is needed and not known, or does not fit
     */
    TruthObject of(TruthObject object, int width, int height);
  }

  // ---- comparison

  /** Returns how alike they are, 0..1. */
  abstract double of(Detection found, TruthObject truth);

  /** Returns the square pixels of what was found, as COCO counts them for it. */
  abstract double area(Detection found);

  /** Returns whether an object is there to be hit, but is no loss when it is missed. */
  boolean isIgnored(TruthObject truth) {
    return truth.crowd();
  }

  /** Returns how many detections of a class on a picture count, best first. */
  int most() {
    return 100;
  }

  /** Writes the fields of a COCO result that say where the object is. */
  abstract void write(JsonGenerator json, Detection found) throws IOException;
}
