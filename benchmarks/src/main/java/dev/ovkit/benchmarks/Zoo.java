package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The model zoo, {@code python -m zoo}: detectors with random weights, as their exporters wrote.
 */
public final class Zoo {

  /** Returns the names of all its systems. */
  public static List<String> systems() throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    run(List.of("--list")).get("systems").forEach(system -> names.add(system.get("name").asText()));
    return names;
  }

  /** Writes a model, and returns what the zoo says about it. */
  public static JsonNode write(String system, List<String> options, Path onnx)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("--system", system, "--out", onnx.toString()));
    arguments.addAll(options);
    return run(arguments).path("models").get(0);
  }

  private static JsonNode run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Checkout.python(), "-m", "zoo"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(Checkout.scripts().toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Path log = Files.createTempFile("zoo", ".log");
    try {
      Process process = builder.redirectError(log.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("the zoo failed: " + out + Files.readString(log));
      }
      return new ObjectMapper().readTree(out);
    } finally {
      Files.delete(log);
    }
  }

  private Zoo() {}
}
