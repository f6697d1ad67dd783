package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.ModelException;
import dev.ovkit.bundle.HostRequirements;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.ReleaseVersion;
import dev.ovkit.serve.model.ModelTrial;
import dev.ovkit.serve.model.WatchedModels;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a server when the files of its models change. */
@Timeout(180)
class ModelWatchTest {

  private static final String DETECT = "/v1/models/parts/detect";

  @TempDir private Path temp;

  private Path parts() {
    return temp.resolve("parts");
  }

  private Path version(int number) {
    return parts().resolve(Integer.toString(number));
  }

  /** A version that changes must look the same twice. */
  private static void lookTwice(ServedDemo demo) {
    demo.server.checkModels();
    demo.server.checkModels();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Returns the version that answers, and checks that the whole answer is by it. */
  private static String answers(ServedDemo demo, String path, boolean capitals) throws Exception {
    Map<String, Object> answer =
        ServedDemo.ok(demo.post(path, "image/jpeg", ServedDemo.picture(0)));
    requireLabels(String.valueOf(answer.get("pictures")), capitals);
    return String.valueOf(answer.get("model_version"));
  }

  private static void requireLabels(String text, boolean capitals) {
    assertThat(text).contains(capitals ? "BEARING" : "bearing");
    assertThat(text).doesNotContain(capitals ? "bearing" : "BEARING");
  }

  private static void awaitClosed(ServedDemo demo, int open) throws InterruptedException {
    while (demo.server.openModels() != open) { // the test's own time limit ends this
      Thread.sleep(5);
    }
  }

  @Test
  void aNewVersionTakesOverAndTheOldOneGoes() throws Exception {
    PartsModel.write(version(1), false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()))) {
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      PartsModel.write(version(2), true);
      demo.server.checkModels();
      assertThat(answers(demo, DETECT, false)).as("it may still be copied").isEqualTo("1");
      demo.server.checkModels();
      assertThat(answers(demo, DETECT, true)).isEqualTo("2");
      assertThat(answers(demo, "/v1/models/parts/versions/1/detect", false)).isEqualTo("1");

      delete(version(1));
      demo.server.checkModels();
      assertThat(answers(demo, "/v1/models/parts/versions/1/detect", false)).isEqualTo("1");
      demo.server.checkModels();
      HttpResponse<byte[]> gone =
          demo.post("/v1/models/parts/versions/1/detect", "image/jpeg", ServedDemo.picture(0));
      assertThat(ServedDemo.error(gone, 404)).contains("the model has no such version");
      assertThat(answers(demo, DETECT, true)).isEqualTo("2");
      awaitClosed(demo, 1);
      assertThat(demo.notices)
          .containsExactly(
              "parts, version 1: ready", "parts, version 2: ready", "parts, version 1: removed");

      lookTwice(demo);
      assertThat(ServedDemo.text(demo.get("/metrics")))
          .contains(
              "ovkit_models 1.0",
              "ovkit_models_ready 1.0",
              "ovkit_model_changes_total{outcome=\"loaded\"} 1.0",
              "ovkit_model_changes_total{outcome=\"removed\"} 1.0",
              "ovkit_model_changes_total{outcome=\"refused\"} 0.0",
              "ovkit_model_loaded_timestamp_seconds{model=\"parts\",version=\"2\"}")
          .doesNotContain("version=\"1\"");
    }
  }

  @Test
  void aModelThatIsReplacedInPlaceIsReadAgain() throws Exception {
    Path ir = PartsModel.write(parts(), false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(ir))) {
      String path = "/v1/models/model/detect";
      assertThat(answers(demo, path, false)).isEqualTo("1");
      PartsModel.write(parts(), true);
      lookTwice(demo);
      assertThat(answers(demo, path, true)).isEqualTo("1");
      assertThat(demo.notices).last().asString().endsWith("ready, in place of the one before");
      lookTwice(demo);
      assertThat(demo.notices).hasSize(2);
      awaitClosed(demo, 1);
    }
  }

  @Test
  void aRequestKeepsTheModelThatItBeganWith() throws Exception {
    Path ir = PartsModel.write(parts(), false);
    byte[] picture = ServedDemo.picture(0);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(ir));
        Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /v1/models/model/detect HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
              .formatted(picture.length)
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(25), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 100");
      PartsModel.write(parts(), true);
      lookTwice(demo);
      assertThat(answers(demo, "/v1/models/model/detect", true)).isEqualTo("1");
      assertThat(demo.server.openModels()).isEqualTo(2);
      out.write(picture);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200");
      requireLabels(answer, false);
      awaitClosed(demo, 1);
    }
  }

  /** A client that goes away in the middle of its body leaves nothing open. */
  @Test
  void aRequestThatIsGivenUpHoldsNoModel() throws Exception {
    Path ir = PartsModel.write(parts(), false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(ir))) {
      try (Socket socket = new Socket("127.0.0.1", demo.server.port())) {
        socket
            .getOutputStream()
            .write(
                "POST /v1/models/model/detect HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().readNBytes(25);
        PartsModel.write(parts(), true);
        lookTwice(demo);
        assertThat(demo.server.openModels()).isEqualTo(2);
      }
      awaitClosed(demo, 1);
    }
  }

  @Test
  void aBadVersionIsRefusedOnceAndTheOldOneGoesOn() throws Exception {
    PartsModel.write(version(1), false);
    byte[] bin = Files.readAllBytes(PartsModel.bin());
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()))) {
      PartsModel.write(
          version(2), Files.readString(ServedDemo.IR), Arrays.copyOf(bin, bin.length / 2));
      PartsModel.write(version(3), "<net/>", bin);
      lookTwice(demo);
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      assertThat(demo.server.isReady()).isTrue();
      assertThat(demo.notices).hasSize(3);
      assertThat(demo.notices.get(1))
          .startsWith("parts, version 2: refused; what is loaded goes on: ")
          .contains("model.bin");
      assertThat(demo.notices.get(2)).startsWith("parts, version 3: refused; ");
      assertThat(ServedDemo.text(demo.get("/metrics")))
          .contains("ovkit_model_changes_total{outcome=\"refused\"} 2.0");

      PartsModel.write(version(3), true); // mended
      lookTwice(demo);
      assertThat(answers(demo, DETECT, true)).isEqualTo("3");
      assertThat(demo.failures).isEmpty();
    }
  }

  /** In place, too; and where the only version that answers is gone from disk. */
  @Test
  void whatAnswersStaysUntilItsSuccessorDoes() throws Exception {
    PartsModel.write(version(1), false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()))) {
      Files.writeString(version(1).resolve("model.xml"), "<net/>");
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");

      Files.move(version(1), version(2));
      lookTwice(demo);
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      PartsModel.write(version(2), true);
      lookTwice(demo);
      assertThat(answers(demo, DETECT, true)).isEqualTo("2");
      assertThat(ServedDemo.json(demo.get("/v2/models/parts")))
          .containsEntry("versions", List.of("2"));
    }
  }

  @Test
  void aModelThatIsHalfCopiedIsLeftAlone() throws Exception {
    PartsModel.write(version(1), false);
    byte[] bin = Files.readAllBytes(PartsModel.bin());
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()))) {
      Files.createDirectory(version(2));
      demo.server.checkModels();
      Files.copy(ServedDemo.IR, version(2).resolve("model.xml"));
      demo.server.checkModels();
      Path copied = version(2).resolve("model.bin");
      for (int part = 1; part <= 4; part++) {
        Files.write(copied, Arrays.copyOf(bin, bin.length * part / 4));
        demo.server.checkModels();
      }
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      demo.server.checkModels();
      assertThat(answers(demo, DETECT, false)).isEqualTo("2");
      assertThat(ServedDemo.text(demo.get("/metrics")))
          .contains("ovkit_model_changes_total{outcome=\"refused\"} 0.0");
    }
  }

  @Test
  void modelsComeAndGo() throws Exception {
    PartsModel.write(temp.resolve("first"), false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(temp))) {
      PartsModel.write(temp.resolve("second"), true);
      lookTwice(demo);
      assertThat(answers(demo, "/v1/models/second/detect", true)).isEqualTo("1");
      delete(temp.resolve("first"));
      lookTwice(demo);
      HttpResponse<byte[]> gone =
          demo.post("/v1/models/first/detect", "image/jpeg", ServedDemo.picture(0));
      assertThat(ServedDemo.error(gone, 404)).contains("there is no model of this name");
      assertThat(demo.server.isReady()).isTrue();
      delete(temp.resolve("second"));
      lookTwice(demo);
      assertThat(demo.server.isReady()).as("there is nothing that it could answer with").isFalse();
      assertThat(demo.get("/v2/health/ready").statusCode()).isEqualTo(503);
    }
  }

  /** A folder that cannot be read is not one whose models are gone. */
  @Test
  void aProblemRemovesNothing() throws Exception {
    PartsModel.write(version(1), false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()))) {
      Files.move(version(1), temp.resolve("elsewhere"));
      Files.createDirectory(version(7));
      lookTwice(demo);
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      assertThat(demo.notices)
          .filteredOn(one -> one.startsWith("a model is left out: "))
          .singleElement()
          .asString()
          .contains("has 0 models, expected one: it is a version of parts");
    }
  }

  @Test
  void theTrialDecidesAndSeesTheModelFirst() throws Exception {
    PartsModel.write(version(1), false);
    ModelTrial trial =
        model -> {
          throw new ModelException("'%s' is not liked".formatted(model.version()));
        };
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()).withTrial(trial))) {
      PartsModel.write(version(2), true);
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      assertThat(demo.notices)
          .last()
          .isEqualTo("parts, version 2: refused; what is loaded goes on: '2' is not liked");
    }
  }

  /** What is loaded must be what was tried. */
  @Test
  void aVersionThatChangesDuringItsTrialIsTriedAgain() throws Exception {
    PartsModel.write(version(1), false);
    List<String> tried = new CopyOnWriteArrayList<>();
    ModelTrial trial =
        model -> {
          tried.add(model.version());
          if (tried.size() == 1) {
            try {
              PartsModel.write(version(2), false);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(parts()).withTrial(trial))) {
      PartsModel.write(version(2), true);
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("1");
      lookTwice(demo);
      assertThat(answers(demo, DETECT, false)).isEqualTo("2");
      assertThat(tried).containsExactly("2", "2");
      awaitClosed(demo, 2);
    }
  }

  // ---- bundles

  private Path bundle(String version, boolean capitals) throws IOException {
    Path folder = temp.resolve("releases/app-" + version);
    Path ir = PartsModel.write(folder.resolve("model"), capitals);
    Files.write(
        folder.resolve(Manifest.FILE),
        new Manifest(
                "app",
                new ReleaseVersion(version),
                "0.1.0",
                "2026.4.1",
                new HostRequirements(List.of("avx2"), "2.35"),
                0,
                List.of(
                    ManifestFile.of(folder, ir),
                    ManifestFile.of(folder, ir.resolveSibling("model.bin"))))
            .bytes());
    return folder;
  }

  private void use(String version) throws IOException {
    Path next = Files.createSymbolicLink(temp.resolve(".next"), Path.of("releases/app-" + version));
    Files.move(next, temp.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aBoxsReleaseIsFollowedForthAndBack() throws Exception {
    bundle("1.9.0", false);
    bundle("1.10.0", true);
    use("1.9.0");
    String path = "/v1/models/app/detect";
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(temp))) {
      assertThat(answers(demo, path, false)).isEqualTo("1.9.0");
      Files.delete(temp.resolve("current"));
      use("1.10.0");
      lookTwice(demo);
      assertThat(answers(demo, path, true)).isEqualTo("1.10.0");
      Files.delete(temp.resolve("current"));
      use("1.9.0");
      lookTwice(demo);
      assertThat(answers(demo, path, false)).isEqualTo("1.9.0");
      awaitClosed(demo, 1);
    }
  }

  @Test
  void aDamagedBundleIsRefused() throws Exception {
    Path bundle = bundle("1.0.0", false);
    try (ServedDemo demo = new ServedDemo(WatchedModels.of(bundle))) {
      String text = Files.readString(bundle.resolve("model/model.xml"));
      Files.writeString(
          bundle.resolve("model/model.xml"),
          text.replaceFirst(
              "confidence_threshold value=\"0.65\"", "confidence_threshold value=\"0.66\""));
      lookTwice(demo);
      assertThat(answers(demo, "/v1/models/app/detect", false)).isEqualTo("1.0.0");
      assertThat(demo.notices)
          .last()
          .asString()
          .startsWith("app, version 1.0.0: refused; ")
          .contains("'model/model.xml' is damaged");
    }
  }
}
