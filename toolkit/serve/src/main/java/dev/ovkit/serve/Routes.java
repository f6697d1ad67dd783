package dev.ovkit.serve;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;

/** All that the server answers; {@code openapi.json} describes the same. */
final class Routes {

  private static final String GET = "GET";
  private static final String POST = "POST";
  private static final String MODEL = "/v2/models/{model}";
  private static final String VERSION = MODEL + "/versions/{version}";

  static final List<ServedRoute> ALL =
      List.of(
          new ServedRoute("page", GET, "/", true, WebPage::index),
          new ServedRoute("page", GET, "/page/{file}", true, WebPage::file),
          new ServedRoute("models", GET, "/v1/models", false, Descriptions::models),
          new ServedRoute(
              "detect", POST, "/v1/models/{model}/detect", false, PlainDetection::answer),
          new ServedRoute(
              "detect",
              POST,
              "/v1/models/{model}/versions/{version}/detect",
              false,
              PlainDetection::answer),
          new ServedRoute("server", GET, "/v2", false, Descriptions::server),
          new ServedRoute("live", GET, "/v2/health/live", true, Descriptions::live),
          new ServedRoute("ready", GET, "/v2/health/ready", true, Descriptions::ready),
          new ServedRoute("model", GET, MODEL, false, Descriptions::model),
          new ServedRoute("model", GET, VERSION, false, Descriptions::model),
          new ServedRoute("model_ready", GET, MODEL + "/ready", false, Descriptions::modelReady),
          new ServedRoute("model_ready", GET, VERSION + "/ready", false, Descriptions::modelReady),
          new ServedRoute("infer", POST, MODEL + "/infer", false, ProtocolInference::answer),
          new ServedRoute("infer", POST, VERSION + "/infer", false, ProtocolInference::answer),
          new ServedRoute("metrics", GET, "/metrics", false, Descriptions::metrics),
          new ServedRoute("openapi", GET, "/openapi.json", false, Descriptions::openApi));

  /**
   * Finds the route of a request, and notes it in the exchange.
   *
   * @throws Refusal if nothing does
   */
  static ServedRoute find(Exchange exchange, String method, String path) {
    String asked = method.equals(HttpMethod.HEAD.asString()) ? GET : method;
    TreeSet<String> allowed = new TreeSet<>();
    for (ServedRoute route : ALL) {
      Optional<Map<String, String>> variables = route.match(path);
      if (variables.isPresent() && route.method().equals(asked)) {
        exchange.route(route.name(), variables.get());
        return route;
      }
      variables.ifPresent(
          there ->
              allowed.addAll(route.method().equals(GET) ? List.of(GET, "HEAD") : List.of(POST)));
    }
    if (allowed.isEmpty()) {
      throw new Refusal(
          HttpStatus.NOT_FOUND_404, "there is nothing at this address; see /openapi.json");
    }
    String methods = String.join(", ", allowed);
    exchange.header(HttpHeader.ALLOW.asString(), methods);
    throw new Refusal(
        HttpStatus.METHOD_NOT_ALLOWED_405, "this address takes %s only".formatted(methods));
  }

  private Routes() {}
}
