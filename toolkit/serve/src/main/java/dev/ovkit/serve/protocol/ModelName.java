package dev.ovkit.serve.protocol;

import static dev.ovkit.serve.protocol.ProtobufReader.block;

/**
 * What a message of the protocol's gRPC form calls a model.
 *
 * @param version empty for the highest
 */
public record ModelName(String name, String version) {

  /**
   * Reads {@code ModelReadyRequest} or {@code ModelMetadataRequest}.
   *
   * @param body holds the message, to the end
   * @param from where it begins
   * @throws ProtocolException if it is neither
   */
  public static ModelName read(byte[] body, int from) {
    return ProtobufReader.parse(
        body,
        from,
        message -> {
          String name = "";
          String version = "";
          for (int tag = message.next(); tag != 0; tag = message.next()) {
            if (tag == block(1)) {
              name = message.text("name");
            } else if (tag == block(2)) {
              version = message.text("version");
            } else {
              message.skip(tag);
            }
          }
          return new ModelName(name, version);
        });
  }
}
