import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model of the zoo, as {@code python -m zoo} writes it. */
final class ZooModel {

  /** Writes one and returns what the zoo says of it. */
  static JsonNode write(String python, Path scripts, String system, int size, Path onnx)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                python,
                "-m",
                "zoo",
                "--system",
                system,
                "--size",
                Integer.toString(size),
                "--names",
                "modern",
                "--out",
                onnx.toString())
            .directory(scripts.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    File log = onnx.resolveSibling("zoo.log").toFile();
    Process process = builder.redirectError(log).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("the zoo failed: " + said + Files.readString(log.toPath()));
    }
    return new ObjectMapper().readTree(said).path("models").get(0);
  }

  private ZooModel() {}
}
