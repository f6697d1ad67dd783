package dev.ovkit.serve;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.serve.model.LoadedModel;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.protocol.DeclaredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;

/** What the server says of itself and of its models. */
final class Descriptions {

  static final String SERVER = "ovkit";
  static final List<String> EXTENSIONS = List.of("binary_tensor_data");
  static final String PLATFORM = "openvino_ir";

  /** The parts of an address that name a model. */
  static final String MODEL = "model";

  static final String VERSION = "version";

  private static final String NAME = "name";
  private static final String READY = "ready";

  // ---- the server

  static String version() {
    String version = DetectionServer.class.getPackage().getImplementationVersion();
    return version == null ? "from a checkout" : version;
  }

  static void server(Exchange exchange) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(NAME, SERVER);
    object.put(VERSION, version());
    object.put("extensions", EXTENSIONS);
    exchange.json(HttpStatus.OK_200, object);
  }

  static void live(Exchange exchange) {
    exchange.json(HttpStatus.OK_200, Map.of("live", true));
  }

  static void ready(Exchange exchange) {
    boolean ready = exchange.context().ready();
    exchange.json(
        ready ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503, Map.of(READY, ready));
  }

  static void metrics(Exchange exchange) {
    ServerMetrics.Page page =
        exchange
            .context()
            .metrics()
            .page(exchange.header(HttpHeader.ACCEPT.asString()).orElse(null));
    exchange.answer(HttpStatus.OK_200, page.type(), page.body());
  }

  static void openApi(Exchange exchange) {
    try (InputStream document =
        Objects.requireNonNull(Descriptions.class.getResourceAsStream("openapi.json"))) {
      exchange.answer(HttpStatus.OK_200, Exchange.JSON_TYPE, document.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- models

  static void models(Exchange exchange) {
    List<Map<String, Object>> models = new ArrayList<>();
    for (ServedModel served : exchange.context().models().served()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put(NAME, served.name());
      one.put(VERSION, served.version());
      Optional<LoadedModel> loaded = exchange.context().models().loaded(served);
      one.put(READY, loaded.isPresent());
      loaded.ifPresent(model -> describe(model, one));
      models.add(one);
    }
    exchange.json(HttpStatus.OK_200, Map.of("models", models));
  }

  private static void describe(LoadedModel model, Map<String, Object> object) {
    DetectorSpec spec = model.spec();
    object.put("task", spec.task().word());
    object.put("input", Map.of("width", spec.inputWidth(), "height", spec.inputHeight()));
    object.put("labels", spec.labels());
    object.put("heads", spec.layout().outputs());
    object.put("conf", model.usual().confidence().orElse(spec.confidenceThreshold()));
    object.put("iou", model.usual().iou().orElse(spec.iouThreshold()));
    model.notes().family().ifPresent(family -> object.put("family", family));
    model.notes().licence().ifPresent(licence -> object.put("licence", licence));
  }

  static void modelReady(Exchange exchange) {
    ServedModel served = served(exchange);
    boolean ready = isModelReady(exchange);
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(NAME, served.name());
    object.put(READY, ready);
    exchange.json(ready ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503, object);
  }

  static boolean isModelReady(Exchange exchange) {
    return exchange.context().models().loaded(served(exchange)).isPresent()
        && !exchange.context().draining().get();
  }

  static void model(Exchange exchange) {
    LoadedModel model = loaded(exchange);
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(NAME, model.name());
    object.put("versions", exchange.context().models().versions(model.name()));
    object.put("platform", PLATFORM);
    object.put("inputs", tensors(ProtocolInference.INPUTS));
    object.put("outputs", tensors(ProtocolInference.outputs(model)));
    exchange.json(HttpStatus.OK_200, object);
  }

  private static List<Map<String, Object>> tensors(List<DeclaredTensor> tensors) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (DeclaredTensor tensor : tensors) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put(NAME, tensor.name());
      object.put("datatype", tensor.type().name());
      object.put("shape", tensor.shape());
      all.add(object);
    }
    return all;
  }

  /**
   * Finds the model that a path names.
   *
   * @throws Refusal if there is none
   */
  static ServedModel served(Exchange exchange) {
    String name = exchange.variable(MODEL).orElse("");
    Optional<String> version = exchange.variable(VERSION);
    return exchange
        .context()
        .models()
        .find(name, version)
        .orElseThrow(
            () ->
                new Refusal(
                    HttpStatus.NOT_FOUND_404,
                    exchange.context().models().versions(name).isEmpty()
                        ? "there is no model of this name; see /v1/models"
                        : "the model has no such version; see /v1/models"));
  }

  /**
   * Finds the model that a path names and that can answer. The exchange holds it to its end: it is
   * asked once, and what replaces the model meanwhile is for later requests.
   *
   * @throws Refusal if there is none, or it is not ready
   */
  static LoadedModel loaded(Exchange exchange) {
    Optional<LoadedModel> held =
        exchange
            .context()
            .models()
            .hold(exchange.variable(MODEL).orElse(""), exchange.variable(VERSION));
    if (held.isEmpty()) {
      exchange.asks(served(exchange), 0);
      throw new Refusal(
          HttpStatus.SERVICE_UNAVAILABLE_503,
          "the model is being loaded",
          Optional.of(Duration.ofSeconds(1)));
    }
    exchange.holds(held.get());
    if (exchange.isTooLate()) {
      throw new Refusal(
          HttpStatus.SERVICE_UNAVAILABLE_503,
          "the server is shutting down",
          Optional.of(Duration.ofSeconds(1)));
    }
    return held.get();
  }

  private Descriptions() {}
}
