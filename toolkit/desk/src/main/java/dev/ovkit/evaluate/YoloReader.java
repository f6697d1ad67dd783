package dev.ovkit.evaluate;

import dev.ovkit.internal.files.WrongFile;
import dev.ovkit.picture.Picture;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Labels as YOLO trainers have them, a text a picture. */
final class YoloReader {

  private final Path labels;
  private final List<String> names;
  private final Similarity similarity;

  private YoloReader(Path labels, List<String> names, Similarity similarity) {
    this.labels = labels;
    this.names = names;
    this.similarity = similarity;
  }

  static GroundTruth read(
      Path labels, List<Path> pictures, List<String> names, Similarity similarity) {
    return new YoloReader(labels, names, similarity).read(pictures);
  }

  private GroundTruth read(List<Path> pictures) {
    Set<String> texts = texts();
    Set<String> without = new TreeSet<>(texts);
    pictures.forEach(picture -> without.remove(stem(picture)));
    if (!without.isEmpty()) {
      throw new AnnotationException(
          "'%s' has labels for %d pictures that are not among the %d given, such as '%s.txt'; give --images the folder that contains them"
              .formatted(labels, without.size(), pictures.size(), without.iterator().next()));
    }
    TreeMap<Long, String> categories = new TreeMap<>();
    for (String name : names) {
      categories.put((long) categories.size(), name);
    }
    List<TruthPicture> truth = new ArrayList<>();
    for (Path file : pictures) {
      int width;
      int height;
      try (Picture picture = Picture.read(file)) {
        width = picture.width();
        height = picture.height();
      }
      String stem = stem(file);
      List<TruthObject> objects =
          texts.contains(stem) ? objects(labels.resolve(stem + ".txt"), width, height) : List.of();
      truth.add(new TruthPicture(truth.size() + 1, file, width, height, objects));
    }
    return new GroundTruth(labels, categories, truth);
  }

  /** The names of the texts, without their ending. */
  private Set<String> texts() {
    try (Stream<Path> files = Files.list(labels)) {
      Set<String> texts =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".txt") && !name.equals("classes.txt"))
              .map(name -> name.substring(0, name.length() - ".txt".length()))
              .collect(Collectors.toCollection(TreeSet::new));
      if (texts.isEmpty()) {
        throw new AnnotationException(
            "'%s' contains no .txt; expected one per picture, with a line '%s' per object"
                .formatted(labels, similarity.yoloForm()));
      }
      return texts;
    } catch (IOException e) {
      throw new AnnotationException(
          "'%s' is not a readable folder; expected labels, a .txt per picture".formatted(labels),
          e);
    }
  }

  private List<TruthObject> objects(Path text, int width, int height) {
    List<String> lines;
    WrongFile.of(text)
        .ifPresent(
            wrong -> {
              throw new AnnotationException("'%s' %s".formatted(text, wrong));
            });
    try {
      lines = Files.readAllLines(text);
    } catch (CharacterCodingException e) {
      throw new AnnotationException(
          "'%s' is not text; expected '%s' in each line".formatted(text, similarity.yoloForm()), e);
    } catch (IOException e) {
      throw new AnnotationException("'%s' cannot be read: %s".formatted(text, e.getMessage()), e);
    }
    List<TruthObject> objects = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty()) {
        objects.add(
            similarity.yolo(
                YoloLine.parse(
                    line,
                    "'%s', line %d".formatted(text, i + 1),
                    similarity.yoloForm(),
                    names.size(),
                    width,
                    height)));
      }
    }
    return objects;
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
