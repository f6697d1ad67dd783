package dev.ovkit.evaluate;

import java.util.List;

/**
 * The figures of COCO's evaluation, and the average precision of each class; 0..1. A figure is NaN
 * where there is no object to measure it on (pycocotools says -1). At IoU .5 means at a similarity
 * of .5, whatever is compared.
 *
 * @param map mean average precision over classes and over IoU .5, .55 … .95; COCO's "AP"
 * @param map50 at IoU .5
 * @param map75 at IoU .75
 * @param mapSmall of objects up to 32x32 pixels
 * @param mapMedium of objects between
 * @param mapLarge of objects from 96x96 pixels
 * @param ar1 mean recall with the best object of a class on a picture
 * @param ar10 with the 10 best
 * @param ar with the 100 best, or the 20 best where key points are compared, as all of the average
 *     precisions
 * @param ar50 the same at IoU .5
 * @param ar75 the same at IoU .75
 * @param arSmall the same of objects up to 32x32 pixels
 * @param arMedium of objects between
 * @param arLarge of objects from 96x96 pixels
 * @param perClass every category, by rising id
 */
public record CocoMetrics(
    double map,
    double map50,
    double map75,
    double mapSmall,
    double mapMedium,
    double mapLarge,
    double ar1,
    double ar10,
    double ar,
    double ar50,
    double ar75,
    double arSmall,
    double arMedium,
    double arLarge,
    List<PerClass> perClass) {

  public CocoMetrics {
    perClass = List.copyOf(perClass);
  }

  /**
   * One category.
   *
   * @param category its id
   * @param name its name
   * @param objects how many there are, groups left out
   * @param ap over IoU .5, .55 … .95
   * @param ap50 at IoU .5
   * @param ap75 at IoU .75
   */
  public record PerClass(
      long category, String name, int objects, double ap, double ap50, double ap75) {}
}
