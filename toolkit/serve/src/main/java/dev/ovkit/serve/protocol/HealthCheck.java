package dev.ovkit.serve.protocol;

import static dev.ovkit.serve.protocol.ProtobufReader.block;

/** The messages of {@code grpc.health.v1.Health/Check}, by which Kubernetes probes a server. */
public final class HealthCheck {

  private static final int SERVING = 1;
  private static final int NOT_SERVING = 2;

  /**
   * Returns the name of the service that is asked for; empty for the server as a whole.
   *
   * @param body holds the message, to the end
   * @param from where it begins
   * @throws ProtocolException if it is none
   */
  public static String service(byte[] body, int from) {
    return ProtobufReader.parse(
        body,
        from,
        message -> {
          String service = "";
          for (int tag = message.next(); tag != 0; tag = message.next()) {
            if (tag == block(1)) {
              service = message.text("service");
            } else {
              message.skip(tag);
            }
          }
          return service;
        });
  }

  /** Returns the answer. */
  public static byte[] answer(boolean ready) {
    return new ProtobufWriter().number(1, ready ? SERVING : NOT_SERVING).bytes();
  }

  private HealthCheck() {}
}
