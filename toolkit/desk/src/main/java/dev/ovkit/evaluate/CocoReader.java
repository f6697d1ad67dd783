package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.internal.files.WrongFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** COCO's annotations, entry by entry: the JSON of a whole data set would fill the memory. */
final class CocoReader {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String BOX = "expected [x, y, width, height] in pixels";

  private final Path json;
  private final Similarity similarity;
  private final TreeMap<Long, String> categories = new TreeMap<>();
  private final Map<Long, Image> images = new LinkedHashMap<>();
  private final List<Annotation> annotations = new ArrayList<>();

  private record Image(String file, int width, int height, List<TruthObject> objects) {}

  private record Annotation(
      JsonEntry.Place place, long image, TruthObject box, Similarity.Completion completion) {}

  private CocoReader(Path json, Similarity similarity) {
    this.json = json;
    this.similarity = similarity;
  }

  static GroundTruth read(Path json, Path folder, Similarity similarity) {
    CocoReader reader = new CocoReader(json, similarity);
    reader.parse();
    reader.join();
    return reader.locate(folder);
  }

  private void parse() {
    WrongFile.of(json)
        .ifPresent(
            wrong -> {
              throw new AnnotationException("'%s' %s".formatted(json, wrong));
            });
    Map<String, Consumer<JsonEntry>> wanted = new LinkedHashMap<>();
    wanted.put("images", this::image);
    wanted.put("annotations", this::annotation);
    wanted.put("categories", this::category);
    List<String> missing = new ArrayList<>(wanted.keySet());
    try (InputStream in = Files.newInputStream(json);
        JsonParser parser = MAPPER.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw bad(
            "is not a JSON object; expected COCO annotations with images, annotations and"
                + " categories");
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        Consumer<JsonEntry> entry = wanted.get(key);
        JsonToken first = parser.nextToken();
        if (entry == null) {
          parser.skipChildren();
        } else if (first != JsonToken.START_ARRAY) {
          throw bad("%s is not an array; expected COCO annotations".formatted(key));
        } else {
          missing.remove(key);
          for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            JsonEntry.Place place = new JsonEntry.Place(json, "%s[%d]".formatted(key, i));
            entry.accept(new JsonEntry(parser.readValueAsTree(), place));
          }
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw bad(
            "goes on after its end, at line %d; expected one JSON object"
                .formatted(parser.currentTokenLocation().getLineNr()));
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation(); // absent where a limit of the parser is passed
      throw new AnnotationException(
          at == null
              ? "'%s' cannot be read: %s".formatted(json, e.getOriginalMessage())
              : "'%s' is not valid JSON at line %d, column %d; it is damaged or cut short"
                  .formatted(json, at.getLineNr(), at.getColumnNr()),
          e);
    } catch (IOException e) {
      throw new AnnotationException(
          "'%s' cannot be read: %s; expected a file with COCO annotations"
              .formatted(json, WrongFile.reason(e)),
          e);
    }
    if (!missing.isEmpty()) {
      throw bad(
          "has no %s; COCO annotations have images, annotations and categories"
              .formatted(String.join(" and no ", missing)));
    }
    if (annotations.isEmpty()) {
      throw bad("has no annotations, so there is nothing to measure against");
    }
  }

  private void image(JsonEntry entry) {
    long id = entry.whole("id");
    Image image =
        new Image(
            entry.text("file_name"), entry.size("width"), entry.size("height"), new ArrayList<>());
    if (images.put(id, image) != null) {
      throw entry.bad(" has the id %d, which another picture has too".formatted(id));
    }
  }

  private void category(JsonEntry entry) {
    long id = entry.whole("id");
    if (categories.put(id, entry.text("name")) != null) {
      throw entry.bad(" has the id %d, which another category has too".formatted(id));
    }
  }

  private void annotation(JsonEntry entry) {
    JsonNode bbox = entry.required("bbox");
    double[] numbers = entry.numbers(bbox, ".bbox", BOX);
    if (numbers.length != 4) {
      throw entry.bad(".bbox is %s, %s".formatted(bbox, BOX));
    }
    if (numbers[2] < 0 || numbers[3] < 0) {
      throw entry.bad(".bbox is %s, with a negative size; %s".formatted(bbox, BOX));
    }
    double area = numbers[2] * numbers[3];
    if (entry.has("area")) {
      area = JsonEntry.number(entry.node().get("area"));
      if (!(area >= 0)) {
        throw entry.bad(
            ".area is %s, expected square pixels, 0 or more".formatted(entry.node().get("area")));
      }
    }
    long image = entry.whole("image_id");
    TruthObject box =
        new TruthObject(
            entry.whole("category_id"),
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            area,
            entry.node().path("iscrowd").asInt() != 0);
    annotations.add(new Annotation(entry.place(), image, box, similarity.coco(entry)));
  }

  /** The three lists may come in any order, so references are looked up at the end. */
  private void join() {
    for (Annotation annotation : annotations) {
      Image image = images.get(annotation.image());
      if (image == null) {
        throw annotation
            .place()
            .bad(".image_id is %d, but no picture has that id".formatted(annotation.image()));
      }
      if (!categories.containsKey(annotation.box().category())) {
        throw annotation
            .place()
            .bad(
                ".category_id is %d, but no category has that id"
                    .formatted(annotation.box().category()));
      }
      image
          .objects()
          .add(annotation.completion().of(annotation.box(), image.width(), image.height()));
    }
  }

  private GroundTruth locate(Path folder) {
    requireFiles(folder);
    List<TruthPicture> pictures = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    images.forEach(
        (id, image) -> {
          Path file = find(folder, image.file());
          if (file == null) {
            missing.add(image.file());
          } else {
            pictures.add(
                new TruthPicture(id, file, image.width(), image.height(), image.objects()));
          }
        });
    if (!missing.isEmpty()) {
      throw new AnnotationException(
          "'%s' lacks %d of the %d pictures of '%s', such as '%s'; give --images the folder that contains them"
              .formatted(folder, missing.size(), images.size(), json, missing.get(0)));
    }
    return new GroundTruth(json, categories, pictures);
  }

  private void requireFiles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isEmpty()) {
        throw new AnnotationException(
            "'%s' is empty; expected the pictures of '%s'".formatted(folder, json));
      }
    } catch (IOException e) {
      throw new AnnotationException(
          "'%s' is not a readable folder; expected the pictures of '%s'".formatted(folder, json),
          e);
    }
  }

  private static @Nullable Path find(Path folder, String name) {
    try {
      Path whole = folder.resolve(name);
      Path last = whole.getFileName() == null ? whole : folder.resolve(whole.getFileName());
      return Stream.of(whole, last).filter(Files::isRegularFile).findFirst().orElse(null);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private AnnotationException bad(String what) {
    return new AnnotationException("'%s': %s".formatted(json, what));
  }
}
