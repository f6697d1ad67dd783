package dev.ovkit.serve.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The answers of the protocol's gRPC form, as messages of protobuf; {@code
 * open_inference_grpc.proto} has the fields.
 */
public final class ProtobufAnswers {

  /** {@code ServerLiveResponse}, {@code ServerReadyResponse} or {@code ModelReadyResponse}. */
  public static byte[] flag(boolean truth) {
    return new ProtobufWriter().truth(1, truth).bytes();
  }

  /** {@code ServerMetadataResponse}. */
  public static byte[] server(String name, String version, List<String> extensions) {
    ProtobufWriter message = new ProtobufWriter().text(1, name).text(2, version);
    extensions.forEach(one -> message.text(3, one));
    return message.bytes();
  }

  /** {@code ModelMetadataResponse}. */
  public static byte[] model(
      String name,
      List<String> versions,
      String platform,
      List<DeclaredTensor> inputs,
      List<DeclaredTensor> outputs) {
    ProtobufWriter message = new ProtobufWriter().text(1, name);
    versions.forEach(one -> message.text(2, one));
    message.text(3, platform);
    inputs.forEach(one -> message.message(4, declared(one)));
    outputs.forEach(one -> message.message(5, declared(one)));
    return message.bytes();
  }

  private static ProtobufWriter declared(DeclaredTensor tensor) {
    return new ProtobufWriter()
        .text(1, tensor.name())
        .text(2, tensor.type().name())
        .numbers(3, tensor.shape());
  }

  /**
   * {@code ModelInferResponse}, with the outputs that a request wants.
   *
   * @param outputs all that there are
   * @throws ProtocolException if it wants one that there is not
   */
  public static byte[] inference(
      String model, String version, InferenceRequest request, List<TensorOutput> outputs) {
    ProtobufWriter message = new ProtobufWriter().text(1, model).text(2, version);
    request.id().ifPresent(id -> message.text(3, id));
    List<TensorOutput> wanted = InferenceAnswer.wanted(request, outputs);
    boolean raw = request.binary();
    for (TensorOutput output : wanted) {
      ProtobufWriter tensor = declared(output.declared());
      message.message(5, raw ? tensor : tensor.message(5, contents(output)));
    }
    if (raw) {
      wanted.forEach(output -> message.element(6, output.bytes()));
    }
    return message.bytes();
  }

  @SuppressWarnings("unchecked")
  private static ProtobufWriter contents(TensorOutput output) {
    ProtobufWriter contents = new ProtobufWriter();
    return switch (output.type()) {
      case FP32 -> contents.element(6, output.bytes()); // packed, as the raw form has them
      case INT64 -> contents.numbers(3, (List<Long>) output.values());
      case BYTES -> {
        ((List<String>) output.values())
            .forEach(text -> contents.element(8, text.getBytes(StandardCharsets.UTF_8)));
        yield contents;
      }
      case UINT8 -> throw new IllegalStateException("no output has numbers of 8 bits");
    };
  }

  private ProtobufAnswers() {}
}
