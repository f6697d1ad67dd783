package dev.ovkit.serve.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request for an inference.
 *
 * @param id to be returned with the answer
 * @param parameters texts, numbers and booleans by their names
 * @param inputs at least one
 * @param outputs the wanted ones; empty for all
 */
public record InferenceRequest(
    Optional<String> id,
    Map<String, Object> parameters,
    List<TensorInput> inputs,
    List<WantedOutput> outputs) {

  /** The characters of a name. */
  static final int LONGEST_NAME = 200;

  /** The elements of a list, where a request could have many. */
  static final int MOST_ENTRIES = 64;

  /** The parameter that asks for binary outputs where an output does not say. */
  static final String BINARY_OUTPUT = "binary_data_output";

  /**
   * An output that is wanted.
   *
   * @param binary whether it comes as bytes; empty if the request decides
   */
  public record WantedOutput(String name, Optional<Boolean> binary) {}

  /** Whether an output comes as bytes. */
  boolean binary(String output) {
    return outputs.stream()
        .filter(one -> one.name().equals(output))
        .findFirst()
        .flatMap(WantedOutput::binary)
        .orElseGet(this::binary);
  }

  /** Whether outputs come as bytes, where one does not say. */
  boolean binary() {
    return Boolean.TRUE.equals(parameters.get(BINARY_OUTPUT));
  }

  /** What a request may hold. */
  public record Bounds(int pictures, long pixels) {}

  /**
   * Reads a request.
   *
   * @param body the JSON, and the bytes of binary tensors after it
   * @param jsonLength the bytes of the JSON
   * @throws ProtocolException if it is not one
   */
  public static InferenceRequest read(byte[] body, int jsonLength, Bounds bounds) {
    if (jsonLength < 0 || jsonLength > body.length) {
      throw new ProtocolException(
          "Inference-Header-Content-Length: %d, but the body has %d bytes"
              .formatted(jsonLength, body.length));
    }
    return new RequestReader(body, jsonLength, bounds).read();
  }
}
