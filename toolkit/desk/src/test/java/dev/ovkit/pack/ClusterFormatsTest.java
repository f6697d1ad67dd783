package dev.ovkit.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.OptionException;
import dev.ovkit.bundle.ReleaseVersion;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What a cluster is given, read by the types that a client of Kubernetes has of its objects. */
class ClusterFormatsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, Class<? extends HasMetadata>> TYPES =
      Map.of(
          "Deployment", Deployment.class,
          "Service", Service.class,
          "HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
          "PodDisruptionBudget", PodDisruptionBudget.class,
          "NetworkPolicy", NetworkPolicy.class);

  private static final ClusterOptions OPTIONS =
      new ClusterOptions("parts", new ReleaseVersion("1.2.0"), "registry.example/parts:1.2.0", 640);

  @TempDir private Path temp;

  private List<Map<String, Object>> documents(Path file) throws IOException {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Object one :
        new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(Files.readString(file))) {
      @SuppressWarnings("unchecked") // all are objects
      Map<String, Object> object = (Map<String, Object>) one;
      documents.add(object);
    }
    return documents;
  }

  /** The types ignore no field: what they do not know they keep apart, and write out the same. */
  @Test
  void kubernetesKnowsEveryFieldOfEveryObject() throws IOException {
    Path file = temp.resolve("parts.yaml");
    KubernetesFormat.write(OPTIONS, file);
    List<String> kinds = new ArrayList<>();
    for (Map<String, Object> document : documents(file)) {
      String kind = (String) document.get("kind");
      kinds.add(kind);
      HasMetadata object = JSON.convertValue(document, TYPES.get(kind));
      assertThat(object.getApiVersion()).isEqualTo(document.get("apiVersion"));
      assertThat(unknown(object)).as(kind).isEmpty();
    }
    assertThat(kinds)
        .containsExactly(
            "Deployment",
            "Service",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
            "NetworkPolicy");
    assertThat(Files.readString(file)).doesNotContain("&id", "*id", "!!");
  }

  /** Returns the fields that the types do not know, wherever they are. */
  private static List<String> unknown(Object value) {
    List<String> found = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(one -> found.addAll(unknown(one)));
    } else if (value != null && value.getClass().getName().startsWith("io.fabric8.")) {
      for (java.lang.reflect.Method method : value.getClass().getMethods()) {
        if (method.getParameterCount() == 0 && method.getName().startsWith("get")) {
          try {
            Object part = method.invoke(value);
            if (method.getName().equals("getAdditionalProperties")) {
              ((Map<?, ?>) part).keySet().forEach(key -> found.add(value.getClass() + "." + key));
            } else {
              found.addAll(unknown(part));
            }
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }
    return found;
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowIsFound() {
    Map<String, Object> wrong =
        Map.of("kind", "Service", "spec", Map.of("ports", List.of(Map.of("prot", 8080))));
    assertThat(unknown(JSON.convertValue(wrong, Service.class)))
        .singleElement()
        .asString()
        .endsWith("ServicePort.prot");
  }

  @Test
  void theServerIsConfinedAndAskedWhetherItIsReady() throws IOException {
    Path file = temp.resolve("parts.yaml");
    KubernetesFormat.write(OPTIONS, file);
    Deployment deployment = JSON.convertValue(documents(file).get(0), Deployment.class);
    var pod = deployment.getSpec().getTemplate().getSpec();
    var server = pod.getContainers().get(0);
    assertThat(server.getImage()).isEqualTo("registry.example/parts:1.2.0");
    assertThat(server.getArgs())
        .containsExactly("serve", "--host", "0.0.0.0", "--token-file", "/etc/ovkit/tokens/tokens");
    assertThat(server.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/v2/health/ready");
    assertThat(server.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/v2/health/live");
    assertThat(server.getResources().getLimits().get("memory")).hasToString("640Mi");
    assertThat(server.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getVolumes().get(0).getSecret().getSecretName()).isEqualTo("parts-tokens");
    assertThat(deployment.getSpec().getSelector().getMatchLabels().entrySet())
        .isSubsetOf(deployment.getSpec().getTemplate().getMetadata().getLabels().entrySet());
  }

  @Test
  @SuppressWarnings("unchecked")
  void kserveRunsTheBundlesModelByItsOwnName() throws IOException {
    Path file = temp.resolve("parts.yaml");
    KserveFormat.write(OPTIONS, file);
    List<Map<String, Object>> documents = documents(file);
    assertThat(documents)
        .extracting(one -> one.get("apiVersion") + " " + one.get("kind"))
        .containsExactly(
            "serving.kserve.io/v1alpha1 ServingRuntime",
            "serving.kserve.io/v1beta1 InferenceService");
    Map<String, Object> runtime = (Map<String, Object>) documents.get(0).get("spec");
    Map<String, Object> container = ((List<Map<String, Object>>) runtime.get("containers")).get(0);
    assertThat(container).containsEntry("name", "kserve-container");
    assertThat((List<String>) container.get("args")).contains("{{.Name}}=/opt/ovkit/parts");
    assertThat(
            unknown(JSON.convertValue(container, io.fabric8.kubernetes.api.model.Container.class)))
        .isEmpty();
    Map<String, Object> predictor =
        (Map<String, Object>) ((Map<String, Object>) documents.get(1).get("spec")).get("predictor");
    Map<String, Object> model = (Map<String, Object>) predictor.get("model");
    Map<String, Object> supported =
        ((List<Map<String, Object>>) runtime.get("supportedModelFormats")).get(0);
    assertThat(model).containsEntry("runtime", "parts").containsEntry("protocolVersion", "v2");
    assertThat((Map<String, Object>) model.get("modelFormat"))
        .containsEntry("name", supported.get("name"));
  }

  @Test
  void whatAClusterCannotNameIsRefused() {
    ReleaseVersion version = new ReleaseVersion("1.0.0");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> new ClusterOptions("my.app", version, "app", 640))
        .withMessageContaining("give another with --name");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> new ClusterOptions("app", version, "not an image", 640))
        .withMessageStartingWith("--image 'not an image': expected a name");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> KserveFormat.write(OPTIONS, temp))
        .withMessageContaining("already exists");
  }
}
