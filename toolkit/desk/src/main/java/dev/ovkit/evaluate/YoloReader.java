package dev.ovkit.evaluate;

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

  private static final String LINE =
      "expected 'class cx cy width height', the last four as shares of the picture";

  /** Trainers' own tools write shares a little outside the picture; pixels are far outside. */
  private static final double SLACK = 0.01;

  private final Path labels;
  private final List<String> names;

  private YoloReader(Path labels, List<String> names) {
    this.labels = labels;
    this.names = names;
  }

  static GroundTruth read(Path labels, List<Path> pictures, List<String> names) {
    return new YoloReader(labels, names).read(pictures);
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
      List<TruthBox> boxes =
          texts.contains(stem) ? boxes(labels.resolve(stem + ".txt"), width, height) : List.of();
      truth.add(new TruthPicture(truth.size() + 1, file, width, height, boxes));
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
            "'%s' contains no .txt; expected one per picture, with a line 'class cx cy width height' per object"
                .formatted(labels));
      }
      return texts;
    } catch (IOException e) {
      throw new AnnotationException(
          "'%s' is not a readable folder; expected labels, a .txt per picture".formatted(labels),
          e);
    }
  }

  private List<TruthBox> boxes(Path text, int width, int height) {
    List<String> lines;
    try {
      lines = Files.readAllLines(text);
    } catch (CharacterCodingException e) {
      throw new AnnotationException("'%s' is not text; %s".formatted(text, LINE), e);
    } catch (IOException e) {
      throw new AnnotationException("'%s' cannot be read: %s".formatted(text, e.getMessage()), e);
    }
    List<TruthBox> boxes = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty()) {
        boxes.add(box(line, "'%s', line %d".formatted(text, i + 1), width, height));
      }
    }
    return boxes;
  }

  private TruthBox box(String line, String place, int width, int height) {
    String[] fields = line.split("\\s+");
    if (fields.length != 5) {
      throw new AnnotationException(
          "%s: it has %d numbers; %s".formatted(place, fields.length, LINE));
    }
    int category;
    double[] shares = new double[4];
    try {
      category = Integer.parseInt(fields[0]);
      for (int i = 0; i < 4; i++) {
        shares[i] = Double.parseDouble(fields[i + 1]);
      }
    } catch (NumberFormatException e) {
      throw new AnnotationException("%s: '%s'; %s".formatted(place, line, LINE), e);
    }
    if (category < 0 || category >= names.size()) {
      throw new AnnotationException(
          "%s: there is no class %d; the model has 0 to %d"
              .formatted(place, category, names.size() - 1));
    }
    if (shares[2] < 0 || shares[3] < 0) {
      throw new AnnotationException(
          "%s: '%s' has a negative size; %s".formatted(place, line, LINE));
    }
    for (double share : shares) {
      if (!(share >= -SLACK && share <= 1 + SLACK)) {
        throw new AnnotationException(
            "%s: '%s' is outside the picture; %s".formatted(place, line, LINE));
      }
    }
    double w = shares[2] * width;
    double h = shares[3] * height;
    return new TruthBox(
        category, shares[0] * width - w / 2, shares[1] * height - h / 2, w, h, w * h, false);
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
