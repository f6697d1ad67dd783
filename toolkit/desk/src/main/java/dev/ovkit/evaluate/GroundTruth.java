package dev.ovkit.evaluate;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Pictures with all objects on them, to measure a detector against.
 *
 * @param source where it was read, for messages
 * @param categories names by id
 * @param pictures by rising id
 */
public record GroundTruth(
    Path source, SortedMap<Long, String> categories, List<TruthPicture> pictures) {

  public GroundTruth {
    categories = Collections.unmodifiableSortedMap(new TreeMap<>(categories));
    pictures = pictures.stream().sorted(Comparator.comparingLong(TruthPicture::id)).toList();
    Set<Long> ids = new HashSet<>();
    for (TruthPicture picture : pictures) {
      if (!ids.add(picture.id())) {
        throw new IllegalArgumentException("two pictures have the id " + picture.id());
      }
      for (TruthObject object : picture.objects()) {
        if (!categories.containsKey(object.category())) {
          throw new IllegalArgumentException("there is no category " + object.category());
        }
      }
    }
  }

  /**
   * Reads COCO's annotations of objects ({@code instances_val2017.json} and its like).
   *
   * <p>Needed are {@code categories} with id and name, {@code images} with id and file_name, {@code
   * annotations} with image_id, category_id and bbox. What pycocotools needs besides has a default:
   * {@code area} that of the box, {@code iscrowd} 0. A file_name may have folders in front that are
   * not in {@code images}.
   *
   * <p>Masks need {@code segmentation} besides (polygons, or runs as numbers or as text) and each
   * picture's width and height; key points need {@code keypoints}; rotated boxes need {@code
   * segmentation} as polygons, around which the smallest rectangle counts.
   *
   * @param images the folder of the pictures
   * @param similarity what will be compared
   * @throws dev.ovkit.evaluate.AnnotationException when the file cannot be read, does not hold
   *     together, or speaks of pictures that are not in the folder
   */
  public static GroundTruth coco(Path json, Path images, Similarity similarity) {
    return CocoReader.read(json, images, similarity);
  }

  /** Reads the boxes of COCO's annotations. */
  public static GroundTruth coco(Path json, Path images) {
    return coco(json, images, Similarity.BOXES);
  }

  /**
   * Reads labels as YOLO trainers have them: a text of the picture's name for each picture, in it a
   * line for each object, all numbers but the class as shares of the picture's width and height. A
   * picture without a text has no objects. The categories are the classes by number; the ids of the
   * pictures count from 1 in the order given.
   *
   * <p>A line is {@code class cx cy width height} for boxes; the same and {@code x y visibility} or
   * {@code x y} of each point for key points; {@code class x y x y …}, the corners of a polygon,
   * for masks; the same with four corners for rotated boxes.
   *
   * @param labels the folder of the texts; {@code classes.txt} in it is left alone
   * @param names the model's classes, in order
   * @param similarity what will be compared
   * @throws dev.ovkit.evaluate.AnnotationException when a text is damaged or belongs to none of the
   *     pictures
   * @throws dev.ovkit.PictureException when a picture cannot be read
   */
  public static GroundTruth yolo(
      Path labels, List<Path> pictures, List<String> names, Similarity similarity) {
    return YoloReader.read(labels, pictures, names, similarity);
  }

  /** Reads the boxes of a YOLO trainer's labels. */
  public static GroundTruth yolo(Path labels, List<Path> pictures, List<String> names) {
    return yolo(labels, pictures, names, Similarity.BOXES);
  }

  /** Returns the number of objects, groups left out. */
  public long objects() {
    return pictures.stream().flatMap(p -> p.objects().stream()).filter(o -> !o.crowd()).count();
  }
}
