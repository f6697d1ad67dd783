package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** COCO's annotations, entry by entry: masks of a whole data set would fill the memory. */
final class CocoReader {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path json;
  private final TreeMap<Long, String> categories = new TreeMap<>();
  private final Map<Long, Image> images = new LinkedHashMap<>();
  private final List<Annotation> annotations = new ArrayList<>();

  private record Image(String file, int width, int height, List<TruthBox> boxes) {}

  private record Annotation(String place, long image, TruthBox box) {}

  private CocoReader(Path json) {
    this.json = json;
  }

  static GroundTruth read(Path json, Path folder) {
    CocoReader reader = new CocoReader(json);
    reader.parse();
    reader.join();
    return reader.locate(folder);
  }

  private void parse() {
    Map<String, BiConsumer<JsonNode, String>> wanted = new LinkedHashMap<>();
    wanted.put("images", this::image);
    wanted.put("annotations", this::annotation);
    wanted.put("categories", this::category);
    List<String> missing = new ArrayList<>(wanted.keySet());
    try (JsonParser parser = MAPPER.createParser(json.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw bad(
            "is not a JSON object; expected COCO annotations with images, annotations and"
                + " categories");
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        BiConsumer<JsonNode, String> entry = wanted.get(key);
        JsonToken first = parser.nextToken();
        if (entry == null) {
          parser.skipChildren();
        } else if (first != JsonToken.START_ARRAY) {
          throw bad("%s is not an array; expected COCO annotations".formatted(key));
        } else {
          missing.remove(key);
          for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            entry.accept(parser.readValueAsTree(), "%s[%d]".formatted(key, i));
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
    } catch (NoSuchFileException | java.io.FileNotFoundException e) {
      throw new AnnotationException(
          "'%s' cannot be opened; expected a file with COCO annotations".formatted(json), e);
    } catch (IOException e) {
      throw new AnnotationException("'%s' cannot be read: %s".formatted(json, e.getMessage()), e);
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

  private void image(JsonNode node, String place) {
    long id = whole(node, "id", place);
    Image image =
        new Image(
            text(node, "file_name", place),
            size(node, "width", place),
            size(node, "height", place),
            new ArrayList<>());
    if (images.put(id, image) != null) {
      throw bad("%s has the id %d, which another picture has too".formatted(place, id));
    }
  }

  private void category(JsonNode node, String place) {
    long id = whole(node, "id", place);
    if (categories.put(id, text(node, "name", place)) != null) {
      throw bad("%s has the id %d, which another category has too".formatted(place, id));
    }
  }

  private void annotation(JsonNode node, String place) {
    JsonNode bbox = required(node, "bbox", place);
    double[] numbers = new double[4];
    for (int i = 0; i < 4; i++) {
      numbers[i] = bbox.isArray() && bbox.size() == 4 ? number(bbox.get(i)) : Double.NaN;
      if (Double.isNaN(numbers[i])) {
        throw bad("%s.bbox is %s, expected [x, y, width, height] in pixels".formatted(place, bbox));
      }
    }
    if (numbers[2] < 0 || numbers[3] < 0) {
      throw bad(
          "%s.bbox is %s, with a negative size; expected [x, y, width, height] in pixels"
              .formatted(place, bbox));
    }
    double area = numbers[2] * numbers[3];
    if (node.hasNonNull("area")) {
      area = number(node.get("area"));
      if (!(area >= 0)) {
        throw bad(
            "%s.area is %s, expected square pixels, 0 or more".formatted(place, node.get("area")));
      }
    }
    annotations.add(
        new Annotation(
            place,
            whole(node, "image_id", place),
            new TruthBox(
                whole(node, "category_id", place),
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
                area,
                node.path("iscrowd").asInt() != 0)));
  }

  /** The three lists may come in any order, so references are looked up at the end. */
  private void join() {
    for (Annotation annotation : annotations) {
      Image image = images.get(annotation.image());
      if (image == null) {
        throw bad(
            "%s.image_id is %d, but no picture has that id"
                .formatted(annotation.place(), annotation.image()));
      }
      if (!categories.containsKey(annotation.box().category())) {
        throw bad(
            "%s.category_id is %d, but no category has that id"
                .formatted(annotation.place(), annotation.box().category()));
      }
      image.boxes().add(annotation.box());
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
            pictures.add(new TruthPicture(id, file, image.width(), image.height(), image.boxes()));
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

  // ---- values, with their place in the message

  private JsonNode required(JsonNode node, String key, String place) {
    if (!node.isObject()) {
      throw bad("%s is %s, expected an object".formatted(place, node));
    }
    if (!node.hasNonNull(key)) {
      throw bad("%s has no %s".formatted(place, key));
    }
    return node.get(key);
  }

  private long whole(JsonNode node, String key, String place) {
    JsonNode value = required(node, key, place);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw bad("%s.%s is %s, expected a whole number".formatted(place, key, value));
    }
    return value.asLong();
  }

  private String text(JsonNode node, String key, String place) {
    JsonNode value = required(node, key, place);
    if (!value.isTextual()) {
      throw bad("%s.%s is %s, expected a string".formatted(place, key, value));
    }
    return value.asText();
  }

  private int size(JsonNode node, String key, String place) {
    if (!node.hasNonNull(key)) {
      return 0;
    }
    JsonNode value = node.get(key);
    if (!value.canConvertToInt() || value.asInt() < 1) {
      throw bad("%s.%s is %s, expected pixels, 1 or more".formatted(place, key, value));
    }
    return value.asInt();
  }

  private static double number(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.asDouble()) ? node.asDouble() : Double.NaN;
  }

  private AnnotationException bad(String what) {
    return new AnnotationException("'%s': %s".formatted(json, what));
  }
}
