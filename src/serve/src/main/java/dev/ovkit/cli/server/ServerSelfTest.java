package dev.ovkit.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.OutputException;
import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.SelfTestPart;
import dev.ovkit.cli.print.Json;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.serve.DetectionServer;
import dev.ovkit.serve.ServerOptions;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Serves the bundle's model to this machine and asks for the objects on a golden picture: they are
 * those that the detector finds.
 */
public final class ServerSelfTest implements SelfTestPart {

  private static final String MODEL = "../model/model.xml";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TIMEOUT_MILLIS = 60_000;

  /** For the service loader. */
  public ServerSelfTest() {}

  @Override
  public String name() {
    return "server";
  }

  @Override
  public String check(Detector detector, Golden golden, Path folder) {
    Path picture =
        golden.pictures().stream()
            .filter(one -> !one.expected().isEmpty())
            .findFirst()
            .map(one -> folder.resolve(one.file()))
            .orElseThrow(() -> new OutputException("no golden picture has an object on it"));
    // As the detector was opened, so that the answer is the same to the last bit.
    ServedModel model =
        new ServedModel(
            "model", "1", folder.resolve(MODEL).normalize(), DetectorOptions.defaults());
    ServerOptions options = ServerOptions.defaults().withPort(0).withWorkers(1);
    try (DetectionServer server = DetectionServer.start(options, model)) {
      String answer =
          ask(
              "%s/v1/models/model/detect?conf=%s&iou=%s"
                  .formatted(server.url(), golden.confidence(), golden.iou()),
              Files.readAllBytes(picture));
      String found = Json.line(DetectionsJson.picture(picture, detector.detect(picture)));
      if (!objects(JSON.readTree(answer).path("pictures").path(0))
          .equals(objects(JSON.readTree(found)))) {
        throw new OutputException(
            "the server's answer for %s is not what the detector finds: %s"
                .formatted(picture.getFileName(), answer));
      }
    } catch (IOException e) {
      throw new OutputException("the server cannot be asked: " + e.getMessage(), e);
    }
    return "it answers with the objects of " + picture.getFileName();
  }

  /** Returns the objects, or the classes, without the file's name and the times. */
  private static List<JsonNode> objects(JsonNode picture) {
    return List.of(picture.path("detections"), picture.path("classes"));
  }

  private static String ask(String address, byte[] body) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(address).toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setRequestMethod("POST");
    connection.setRequestProperty("Content-Type", "application/octet-stream");
    connection.setDoOutput(true);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
    return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
