package dev.ovkit.pack;

import static dev.ovkit.pack.YamlDocuments.object;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The objects with which Kubernetes runs a bundle's server: a Deployment that is confined as the
 * systemd unit is, its Service, more of it under load, one of it at least during maintenance, and
 * who may reach it. Clients need a token, from a Secret that the user makes.
 */
public final class KubernetesFormat {

  private static final int PORT = 8080;
  private static final int NOBODY = 65_534;
  private static final String HTTP = "http";
  private static final String NAME = "name";
  private static final String READ_ONLY = "readOnly";
  private static final String TOKENS = "tokens";
  private static final String TOKEN_FOLDER = "/etc/ovkit/tokens";

  /** More than the server's own grace. */
  private static final int GRACE_SECONDS = 60;

  private static final int MOST_REPLICAS = 10;
  private static final int BUSY_PERCENT = 70;

  private final ClusterOptions options;
  private final Map<String, Object> selector;

  private KubernetesFormat(ClusterOptions options) {
    this.options = options;
    this.selector = object("app.kubernetes.io/name", options.name());
  }

  /**
   * Writes the objects, as YAML.
   *
   * @param target what must not be there yet
   */
  public static void write(ClusterOptions options, Path target) {
    KubernetesFormat format = new KubernetesFormat(options);
    YamlDocuments.write(
        List.of(
            format.deployment(),
            format.service(),
            format.autoscaler(),
            format.disruptionBudget(),
            format.networkPolicy()),
        target);
  }

  /** Returns the label that a client's pod must have. */
  public static String clientLabel(String name) {
    return name + "-client";
  }

  private Map<String, Object> of(String version, String kind, Map<String, Object> spec) {
    return object(
        "apiVersion",
        version,
        "kind",
        kind,
        "metadata",
        object(NAME, options.name(), "labels", labels()),
        "spec",
        spec);
  }

  private Map<String, Object> labels() {
    return object(
        "app.kubernetes.io/name",
        options.name(),
        "app.kubernetes.io/version",
        options.version().text(),
        "app.kubernetes.io/component",
        "detector");
  }

  private Map<String, Object> deployment() {
    return of(
        "apps/v1",
        "Deployment",
        object(
            "selector",
            object("matchLabels", selector),
            "strategy",
            object(
                "type",
                "RollingUpdate",
                "rollingUpdate",
                object("maxUnavailable", 0, "maxSurge", 1)),
            "template",
            object("metadata", object("labels", labels()), "spec", pod())));
  }

  private Map<String, Object> pod() {
    return object(
        "automountServiceAccountToken",
        false,
        "enableServiceLinks",
        false,
        "terminationGracePeriodSeconds",
        GRACE_SECONDS,
        "securityContext",
        object(
            "runAsNonRoot",
            true,
            "runAsUser",
            NOBODY,
            "runAsGroup",
            NOBODY,
            "fsGroup",
            NOBODY,
            "seccompProfile",
            object("type", "RuntimeDefault")),
        "containers",
        List.of(
            container(
                List.of(
                    "serve", "--host", "0.0.0.0", "--token-file", TOKEN_FOLDER + "/" + TOKENS))),
        "volumes",
        List.of(
            object(
                NAME,
                TOKENS,
                "secret",
                object("secretName", options.name() + "-tokens", "defaultMode", 0440)),
            object(NAME, "tmp", "emptyDir", object("sizeLimit", "64Mi"))));
  }

  private Map<String, Object> container(List<String> arguments) {
    Map<String, Object> container = server(options, options.name(), arguments);
    // A cluster goes on sending requests for a moment after it has said that the server shall end.
    container.put("lifecycle", object("preStop", object("sleep", object("seconds", 5))));
    container.put(
        "volumeMounts",
        List.of(
            object(NAME, TOKENS, "mountPath", TOKEN_FOLDER, READ_ONLY, true),
            object(NAME, "tmp", "mountPath", "/tmp")));
    return container;
  }

  /** Returns a container that serves; what every cluster needs of it. */
  static Map<String, Object> server(ClusterOptions options, String name, List<String> arguments) {
    return object(
        NAME,
        name,
        "image",
        options.image(),
        "args",
        arguments,
        "ports",
        List.of(object(NAME, HTTP, "containerPort", PORT, "protocol", "TCP")),
        "startupProbe",
        probe("ready", 2, 60),
        "readinessProbe",
        probe("ready", 5, 1),
        "livenessProbe",
        probe("live", 10, 3),
        "resources",
        resources(options),
        "securityContext",
        object(
            "allowPrivilegeEscalation",
            false,
            "readOnlyRootFilesystem",
            true,
            "capabilities",
            object("drop", List.of("ALL"))));
  }

  private static Map<String, Object> probe(String path, int seconds, int failures) {
    return object(
        "httpGet",
        object("path", "/v2/health/" + path, "port", HTTP),
        "periodSeconds",
        seconds,
        "timeoutSeconds",
        2,
        "failureThreshold",
        failures);
  }

  private static Map<String, Object> resources(ClusterOptions options) {
    String processors = Integer.toString(ClusterOptions.PROCESSORS);
    String memory = options.memory() + "Mi";
    return object(
        "requests",
        object("cpu", processors, "memory", memory),
        "limits",
        object("cpu", processors, "memory", memory));
  }

  private Map<String, Object> service() {
    return of(
        "v1",
        "Service",
        object(
            "selector",
            selector,
            "ports",
            List.of(
                object(
                    NAME,
                    HTTP,
                    "port",
                    PORT,
                    "targetPort",
                    HTTP,
                    "protocol",
                    "TCP",
                    "appProtocol",
                    HTTP))));
  }

  private Map<String, Object> autoscaler() {
    return of(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        object(
            "scaleTargetRef",
            object("apiVersion", "apps/v1", "kind", "Deployment", NAME, options.name()),
            "minReplicas",
            2,
            "maxReplicas",
            MOST_REPLICAS,
            "metrics",
            List.of(
                object(
                    "type",
                    "Resource",
                    "resource",
                    object(
                        NAME,
                        "cpu",
                        "target",
                        object("type", "Utilization", "averageUtilization", BUSY_PERCENT))))));
  }

  private Map<String, Object> disruptionBudget() {
    return of(
        "policy/v1",
        "PodDisruptionBudget",
        object("minAvailable", 1, "selector", object("matchLabels", selector)));
  }

  /** In come clients that are marked, in the same namespace; out goes nothing. */
  private Map<String, Object> networkPolicy() {
    return of(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        object(
            "podSelector",
            object("matchLabels", selector),
            "policyTypes",
            List.of("Ingress", "Egress"),
            "ingress",
            List.of(
                object(
                    "from",
                    List.of(
                        object(
                            "podSelector",
                            object("matchLabels", object(clientLabel(options.name()), "true")))),
                    "ports",
                    List.of(object("port", HTTP, "protocol", "TCP")))),
            "egress",
            List.of()));
  }
}
