package dev.ovkit.pack;

import static dev.ovkit.pack.YamlDocuments.object;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The objects with which KServe runs a bundle's server: a ServingRuntime, and an InferenceService
 * that uses it. KServe's gateway stands before the server and lets clients in, so it asks for no
 * token.
 */
public final class KserveFormat {

  private static final String NAME = "name";

  /** What our InferenceService and our ServingRuntime know each other by. */
  private static final String MODEL_FORMAT = "ovkit";

  /** The name that KServe gives the container that it talks to. */
  private static final String CONTAINER = "kserve-container";

  private static final int MOST_REPLICAS = 10;

  /**
   * Writes the objects, as YAML.
   *
   * @param target what must not be there yet
   */
  public static void write(ClusterOptions options, Path target) {
    YamlDocuments.write(List.of(runtime(options), service(options)), target);
  }

  private static Map<String, Object> metadata(ClusterOptions options) {
    return object(
        NAME,
        options.name(),
        "labels",
        object(
            "app.kubernetes.io/name",
            options.name(),
            "app.kubernetes.io/version",
            options.version().text()));
  }

  /** The model is the bundle's; KServe's name for it is that of the InferenceService. */
  private static Map<String, Object> runtime(ClusterOptions options) {
    List<String> arguments =
        List.of(
            "serve", "{{.Name}}=/opt/ovkit/" + options.name(), "--host", "0.0.0.0", "--insecure");
    return object(
        "apiVersion",
        "serving.kserve.io/v1alpha1",
        "kind",
        "ServingRuntime",
        "metadata",
        metadata(options),
        "spec",
        object(
            "annotations",
            object("prometheus.kserve.io/port", "8080", "prometheus.kserve.io/path", "/metrics"),
            "supportedModelFormats",
            List.of(object(NAME, MODEL_FORMAT, "version", "1", "autoSelect", false)),
            "protocolVersions",
            List.of("v2"),
            "containers",
            List.of(KubernetesFormat.server(options, CONTAINER, arguments))));
  }

  private static Map<String, Object> service(ClusterOptions options) {
    return object(
        "apiVersion",
        "serving.kserve.io/v1beta1",
        "kind",
        "InferenceService",
        "metadata",
        metadata(options),
        "spec",
        object(
            "predictor",
            object(
                "minReplicas",
                1,
                "maxReplicas",
                MOST_REPLICAS,
                "model",
                object(
                    "modelFormat",
                    object(NAME, MODEL_FORMAT),
                    "protocolVersion",
                    "v2",
                    "runtime",
                    options.name()))));
  }

  private KserveFormat() {}
}
