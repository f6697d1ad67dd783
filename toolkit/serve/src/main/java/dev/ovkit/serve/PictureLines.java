package dev.ovkit.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.serve.PictureParts.Named;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;

/** The pictures of an {@code application/x-ndjson} body: lines of an id and a picture in Base64. */
final class PictureLines {

  static final String TYPE = "application/x-ndjson";

  private static final String LINE = "{\"id\": \"…\", \"image\": \"BASE64\"}";
  private static final int LONGEST_ID = 200;
  private static final int DEEPEST = 2;

  /**
   * Takes a body apart.
   *
   * @throws Refusal if it has other lines, too many, or none
   */
  static List<Named> of(byte[] body, ServerLimits limits) {
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNameLength(LONGEST_ID)
                    .maxStringLength(Math.max(1, body.length))
                    .build())
            .build();
    List<Named> pictures = new ArrayList<>();
    try (JsonParser json = factory.createParser(body)) {
      while (json.nextToken() != null) {
        int line = pictures.size() + 1;
        if (line > limits.pictures()) {
          throw refusal("at most %d lines".formatted(limits.pictures()));
        }
        pictures.add(picture(json, line));
      }
    } catch (JsonProcessingException e) {
      throw refusal("line %d to be %s".formatted(pictures.size() + 1, LINE));
    } catch (IOException e) {
      throw new IllegalStateException("a body is in memory", e);
    }
    if (pictures.isEmpty()) {
      throw refusal("a line for each picture, " + LINE);
    }
    return pictures;
  }

  private static Named picture(JsonParser json, int line) throws IOException {
    Refusal wrong = refusal("line %d to be %s".formatted(line, LINE));
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw wrong;
    }
    Object id = line;
    byte[] image = {};
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      if (key.equals("image") && value == JsonToken.VALUE_STRING) {
        image = json.getBinaryValue();
      } else if (key.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
        id = json.getNumberValue();
      } else if (key.equals("id") && value == JsonToken.VALUE_STRING && isPlain(json.getText())) {
        id = json.getText();
      } else {
        throw wrong;
      }
    }
    if (image.length == 0) {
      throw wrong;
    }
    return new Named(id, image);
  }

  /** It may become a name in a message, or in a list. */
  private static boolean isPlain(String id) {
    return !id.isEmpty() && OneLine.of(id, LONGEST_ID).equals(id);
  }

  private static Refusal refusal(String expected) {
    return new Refusal(HttpStatus.BAD_REQUEST_400, "the body: expected " + expected);
  }

  private PictureLines() {}
}
