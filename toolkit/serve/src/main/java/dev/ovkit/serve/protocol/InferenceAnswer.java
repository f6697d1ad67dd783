package dev.ovkit.serve.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * An answer as it goes out.
 *
 * @param body the JSON, and the bytes of binary tensors after it
 * @param jsonLength the bytes of the JSON; empty if there is nothing else
 */
public record InferenceAnswer(byte[] body, OptionalInt jsonLength) {

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Writes the outputs that a request wants.
   *
   * @param outputs all that there are
   * @throws ProtocolException if it wants one that there is not
   */
  public static InferenceAnswer of(
      String model, String version, InferenceRequest request, List<TensorOutput> outputs) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    List<byte[]> binary = new ArrayList<>();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeStringField("model_name", model);
      json.writeStringField("model_version", version);
      if (request.id().isPresent()) {
        json.writeStringField("id", request.id().get());
      }
      json.writeArrayFieldStart("outputs");
      for (TensorOutput output : wanted(request, outputs)) {
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", output.type().name());
        json.writeArrayFieldStart("shape");
        for (int side : output.shape()) {
          json.writeNumber(side);
        }
        json.writeEndArray();
        if (request.binary(output.name())) {
          byte[] bytes = output.bytes();
          binary.add(bytes);
          json.writeObjectFieldStart("parameters");
          json.writeNumberField("binary_data_size", bytes.length);
          json.writeEndObject();
        } else {
          json.writeArrayFieldStart("data");
          output.write(json);
          json.writeEndArray();
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes everything
    }
    if (binary.isEmpty()) {
      return new InferenceAnswer(body.toByteArray(), OptionalInt.empty());
    }
    int length = body.size();
    binary.forEach(body::writeBytes);
    return new InferenceAnswer(body.toByteArray(), OptionalInt.of(length));
  }

  /** Returns the outputs that a request wants, in its order. */
  static List<TensorOutput> wanted(InferenceRequest request, List<TensorOutput> outputs) {
    return request.outputs().isEmpty()
        ? outputs
        : request.outputs().stream().map(one -> named(one.name(), outputs)).toList();
  }

  /** Checks that a request wants only outputs that there are, each once. */
  public static void requireOutputs(InferenceRequest request, List<String> names) {
    List<String> seen = new ArrayList<>();
    for (InferenceRequest.WantedOutput one : request.outputs()) {
      if (!names.contains(one.name()) || seen.contains(one.name())) {
        throw new ProtocolException(
            "the output '%s' is %s; there are %s"
                .formatted(
                    one.name(),
                    seen.contains(one.name()) ? "wanted twice" : "unknown",
                    String.join(", ", names)));
      }
      seen.add(one.name());
    }
  }

  private static TensorOutput named(String name, List<TensorOutput> outputs) {
    return outputs.stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ProtocolException("there is no output '%s'".formatted(name)));
  }
}
