package dev.ovkit.serve;

import dev.ovkit.serve.model.LoadedModel;
import dev.ovkit.serve.protocol.HealthCheck;
import dev.ovkit.serve.protocol.InferenceRequest;
import dev.ovkit.serve.protocol.ModelName;
import dev.ovkit.serve.protocol.ProtobufAnswers;
import dev.ovkit.serve.protocol.ProtobufRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;

/** The calls of gRPC that the server answers: the Open Inference Protocol, and gRPC's probes. */
final class GrpcCalls {

  static final String SERVICE = "inference.GRPCInferenceService";

  private static final String HEALTH = "grpc.health.v1.Health";

  static final List<ServedRoute> ALL =
      List.of(
          call("grpc_live", "ServerLive", true, answers((exchange, body) -> live())),
          call("grpc_ready", "ServerReady", true, answers((exchange, body) -> ready(exchange))),
          call("grpc_server", "ServerMetadata", false, answers((exchange, body) -> server())),
          call("grpc_model_ready", "ModelReady", false, answers(GrpcCalls::modelReady)),
          call("grpc_model", "ModelMetadata", false, answers(GrpcCalls::model)),
          call("grpc_infer", "ModelInfer", false, GrpcCalls::infer),
          new ServedRoute(
              "grpc_health",
              HttpMethod.POST.asString(),
              "/" + HEALTH + "/Check",
              true,
              answers(GrpcCalls::health)));

  private static ServedRoute call(
      String name, String method, boolean open, ServedRoute.Endpoint endpoint) {
    String path = "/" + SERVICE + "/" + method;
    return new ServedRoute(name, HttpMethod.POST.asString(), path, open, endpoint);
  }

  /** Answers as soon as the message is there. */
  private static ServedRoute.Endpoint answers(BiFunction<Exchange, byte[], byte[]> answer) {
    return exchange -> exchange.withMessage(body -> exchange.message(answer.apply(exchange, body)));
  }

  /**
   * Finds the route of a call, and notes it in the exchange.
   *
   * @throws Refusal if nothing does
   */
  static ServedRoute find(Exchange exchange, String path) {
    exchange.expires(GrpcWire.timeout(exchange.request().getHeaders()));
    for (ServedRoute route : ALL) {
      if (route.template().equals(path)) {
        exchange.route(route.name(), Map.of());
        return route;
      }
    }
    throw new Refusal(
        HttpStatus.METHOD_NOT_ALLOWED_405,
        "there is no such call; there are those of %s, and %s/Check".formatted(SERVICE, HEALTH));
  }

  private static byte[] live() {
    return ProtobufAnswers.flag(true);
  }

  private static byte[] ready(Exchange exchange) {
    return ProtobufAnswers.flag(exchange.context().ready());
  }

  private static byte[] health(Exchange exchange, byte[] body) {
    String service = HealthCheck.service(body, GrpcWire.PREFIX);
    if (!service.isEmpty() && !service.equals(SERVICE)) {
      throw new Refusal(HttpStatus.NOT_FOUND_404, "there is no such service; there is " + SERVICE);
    }
    return HealthCheck.answer(exchange.context().ready());
  }

  private static byte[] server() {
    return ProtobufAnswers.server(
        Descriptions.SERVER, Descriptions.version(), Descriptions.EXTENSIONS);
  }

  private static byte[] modelReady(Exchange exchange, byte[] body) {
    asks(exchange, ModelName.read(body, GrpcWire.PREFIX));
    return ProtobufAnswers.flag(Descriptions.isModelReady(exchange));
  }

  private static byte[] model(Exchange exchange, byte[] body) {
    asks(exchange, ModelName.read(body, GrpcWire.PREFIX));
    LoadedModel model = Descriptions.loaded(exchange);
    return ProtobufAnswers.model(
        model.name(),
        exchange.context().models().versions(model.name()),
        Descriptions.PLATFORM,
        ProtocolInference.INPUTS,
        ProtocolInference.outputs(model));
  }

  private static void infer(Exchange exchange) {
    exchange.withMessage(
        body -> {
          ProtobufRequest asked =
              ProtobufRequest.read(body, GrpcWire.PREFIX, ProtocolInference.bounds(exchange));
          asks(exchange, asked.model());
          LoadedModel model = Descriptions.loaded(exchange);
          InferenceRequest request = asked.request();
          ProtocolInference.run(
              exchange,
              model,
              request,
              outputs ->
                  exchange.message(
                      ProtobufAnswers.inference(model.name(), model.version(), request, outputs)));
        });
  }

  /** Notes the model that a message names; over REST the address names it. */
  private static void asks(Exchange exchange, ModelName model) {
    Map<String, String> variables = new HashMap<>();
    variables.put(Descriptions.MODEL, model.name());
    if (!model.version().isEmpty()) {
      variables.put(Descriptions.VERSION, model.version());
    }
    exchange.variables(variables);
  }

  private GrpcCalls() {}
}
