package dev.ovkit.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Pictures of which the class is known, to measure a classifier against: a folder of pictures for
 * each class, named after it.
 *
 * @param source the folder of the folders
 * @param categories names by id, in alphabetical order
 * @param pictures in the order of their categories
 */
public record PictureFolders(
    Path source, SortedMap<Long, String> categories, List<ClassPicture> pictures) {

  /** A picture and the id of its category. */
  public record ClassPicture(Path file, long category) {}

  public PictureFolders {
    categories = Collections.unmodifiableSortedMap(new TreeMap<>(categories));
    pictures = List.copyOf(pictures);
  }

  /**
   * Looks for the pictures.
   *
   * @param expand lists the pictures of a folder
   * @throws AnnotationException when the folder cannot be read, or there are no folders in it
   */
  public static PictureFolders read(Path folder, Function<Path, List<Path>> expand) {
    TreeMap<Long, String> categories = new TreeMap<>();
    List<ClassPicture> pictures = new ArrayList<>();
    for (Path one : list(folder)) {
      if (Files.isDirectory(one)) {
        long category = categories.size();
        categories.put(category, one.getFileName().toString());
        expand.apply(one).forEach(file -> pictures.add(new ClassPicture(file, category)));
      }
    }
    if (pictures.isEmpty()) {
      throw new AnnotationException(
          "'%s' has no folders with pictures; expected one for each class, named after it"
              .formatted(folder));
    }
    return new PictureFolders(folder, categories, pictures);
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new AnnotationException(
          "'%s' is not a readable folder; expected a folder of pictures for each class"
              .formatted(folder),
          e);
    }
  }
}
