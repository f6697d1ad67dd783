package dev.ovkit.serve.protocol;

import static dev.ovkit.serve.protocol.ProtocolException.expect;
import static dev.ovkit.serve.protocol.ProtocolException.wrong;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request of the protocol's REST form. Tensors in JSON become bytes while they are read, so
 * that a body takes no more memory than it has bytes.
 */
final class RequestReader {

  private static final String BINARY_SIZE = "binary_data_size";
  private static final int DEEPEST = 32;
  private static final int LONGEST_NUMBER = 40;
  private static final int LONGEST_NAME = InferenceRequest.LONGEST_NAME;
  private static final int MOST_ENTRIES = InferenceRequest.MOST_ENTRIES;
  private static final int HIGHEST = 255;

  private final byte[] body;
  private final int jsonLength;
  private final InferenceRequest.Bounds bounds;

  RequestReader(byte[] body, int jsonLength, InferenceRequest.Bounds bounds) {
    this.body = body;
    this.jsonLength = jsonLength;
    this.bounds = bounds;
  }

  InferenceRequest read() {
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxNameLength(LONGEST_NAME)
                    .maxStringLength(Math.max(1, jsonLength))
                    .build())
            .build();
    try (JsonParser json = factory.createParser(body, 0, jsonLength)) {
      expect(json.nextToken() == JsonToken.START_OBJECT, "the body", "a JSON object");
      InferenceRequest request = object(json);
      expect(json.nextToken() == null, "the body", "nothing after the JSON object");
      return request;
    } catch (JsonProcessingException e) {
      throw new ProtocolException(
          "the body is not valid JSON: %s (line %d, column %d)"
              .formatted(
                  e.getOriginalMessage().lines().findFirst().orElse(""),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr()),
          e);
    } catch (IOException e) {
      throw new ProtocolException("the body cannot be read: " + e.getMessage(), e);
    }
  }

  private InferenceRequest object(JsonParser json) throws IOException {
    Optional<String> id = Optional.empty();
    Map<String, Object> parameters = Map.of();
    List<UnreadTensor> inputs = List.of();
    List<InferenceRequest.WantedOutput> outputs = List.of();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "id" -> id = Optional.of(text(json, "id"));
        case "parameters" -> parameters = parameters(json, "parameters");
        case "inputs" -> inputs = list(json, "inputs", this::input);
        case "outputs" -> outputs = list(json, "outputs", RequestReader::output);
        default -> json.skipChildren(); // the protocol may grow
      }
    }
    int end = findBinary(inputs);
    List<TensorInput> read =
        new TensorReader(body, bounds).read(inputs, "data, or binary_data_size");
    expect(
        end == body.length,
        "the %d bytes after the JSON".formatted(body.length - jsonLength),
        "%d, the sum of binary_data_size".formatted(end - jsonLength));
    return new InferenceRequest(id, parameters, read, outputs);
  }

  /**
   * The bytes of binary tensors follow the JSON, in the order of the inputs. Returns where they
   * end.
   */
  private int findBinary(List<UnreadTensor> inputs) {
    int at = jsonLength;
    for (UnreadTensor input : inputs) {
      int size = binarySize(input);
      if (size >= 0) {
        expect(input.data == null, input.called(), "binary_data_size or data, not both");
        expect(
            size <= body.length - at,
            "binary_data_size of " + input.called(),
            "at most %d, the bytes that are left".formatted(body.length - at));
        input.binary = new UnreadTensor.Range(at, size);
        at += size;
      }
    }
    return at;
  }

  /** Returns -1 if the tensor is in the JSON. */
  private static int binarySize(UnreadTensor tensor) {
    for (String key : tensor.parameters.keySet()) {
      expect(
          key.equals(BINARY_SIZE),
          "the parameter %s of %s".formatted(key, tensor.called()),
          BINARY_SIZE);
    }
    Object size = tensor.parameters.get(BINARY_SIZE);
    if (size == null) {
      return -1;
    }
    expect(
        size instanceof Integer number && number >= 0,
        "binary_data_size of " + tensor.called(),
        "a whole number from 0");
    return (Integer) size;
  }

  private interface Element<T> {
    T read(JsonParser json) throws IOException;
  }

  private static <T> List<T> list(JsonParser json, String what, Element<T> element)
      throws IOException {
    expect(json.currentToken() == JsonToken.START_ARRAY, what, "an array");
    List<T> all = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(all.size() < MOST_ENTRIES, what, "at most %d entries".formatted(MOST_ENTRIES));
      expect(json.currentToken() == JsonToken.START_OBJECT, what, "objects");
      all.add(element.read(json));
    }
    return all;
  }

  private static String text(JsonParser json, String what) throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_STRING, what, "a text");
    String text = json.getText();
    expect(text.length() <= LONGEST_NAME, what, "at most %d characters".formatted(LONGEST_NAME));
    return text;
  }

  /** Flat: texts, numbers and booleans. */
  private static Map<String, Object> parameters(JsonParser json, String what) throws IOException {
    expect(json.currentToken() == JsonToken.START_OBJECT, what, "an object");
    Map<String, Object> all = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      expect(all.size() < MOST_ENTRIES, what, "at most %d entries".formatted(MOST_ENTRIES));
      JsonToken token = json.nextToken();
      all.put(
          key,
          switch (token) {
            case VALUE_STRING -> text(json, "the parameter " + key);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong("the parameter " + key, "a text, a number or a boolean");
          });
    }
    return all;
  }

  private static InferenceRequest.WantedOutput output(JsonParser json) throws IOException {
    String name = "";
    Map<String, Object> parameters = Map.of();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "name" -> name = text(json, "the name of an output");
        case "parameters" -> parameters = parameters(json, "the parameters of an output");
        default -> json.skipChildren();
      }
    }
    expect(!name.isEmpty(), "an output", "a name");
    for (String key : parameters.keySet()) {
      expect(key.equals("binary_data"), "the parameter " + key + " of an output", "binary_data");
    }
    @Nullable Object binary = parameters.get("binary_data");
    expect(binary == null || binary instanceof Boolean, "binary_data", "true or false");
    return new InferenceRequest.WantedOutput(name, Optional.ofNullable((Boolean) binary));
  }

  // ---- inputs

  private UnreadTensor input(JsonParser json) throws IOException {
    UnreadTensor tensor = new UnreadTensor();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "name" -> tensor.name = text(json, "the name of an input");
        case "datatype" -> tensor.type = text(json, "the datatype of an input");
        case "shape" -> tensor.shape = shape(json);
        case "parameters" ->
            tensor.parameters = parameters(json, "the parameters of " + tensor.called());
        case "data" -> tensor.data = data(json, tensor.called());
        default -> json.skipChildren();
      }
    }
    return tensor;
  }

  private static List<Long> shape(JsonParser json) throws IOException {
    expect(json.currentToken() == JsonToken.START_ARRAY, "a shape", "an array");
    List<Long> shape = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(
          json.currentToken() == JsonToken.VALUE_NUMBER_INT
              && json.getNumberType() == JsonParser.NumberType.INT
              && json.getIntValue() >= 0,
          "a shape",
          "whole numbers from 0 to " + Integer.MAX_VALUE);
      expect(shape.size() < DEEPEST, "a shape", "at most %d numbers".formatted(DEEPEST));
      shape.add((long) json.getIntValue());
    }
    return shape;
  }

  /** Flat or nested as the shape is. */
  private UnreadTensor.Elements data(JsonParser json, String called) throws IOException {
    expect(json.currentToken() == JsonToken.START_ARRAY, "the data of " + called, "an array");
    UnreadTensor.Elements data = new UnreadTensor.Elements();
    int depth = 1;
    while (depth > 0) {
      switch (json.nextToken()) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_STRING -> {
          expect(
              data.pictures.size() < bounds.pictures(),
              called,
              "at most %d pictures".formatted(bounds.pictures()));
          data.pictures.add(base64(json.getText(), called));
        }
        case VALUE_NUMBER_INT -> {
          boolean small = json.getNumberType() == JsonParser.NumberType.INT;
          int value = small ? json.getIntValue() : -1;
          expect(value >= 0 && value <= HIGHEST, "the data of " + called, "numbers from 0 to 255");
          data.numbers.write(value);
        }
        default ->
            throw wrong("the data of " + called, "pictures in Base64, or whole numbers 0 to 255");
      }
    }
    return data;
  }

  private static byte[] base64(String text, String called) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException(
          "%s: a text is not Base64; expected an encoded picture in Base64, or the binary form"
              .formatted(called),
          e);
    }
  }
}
