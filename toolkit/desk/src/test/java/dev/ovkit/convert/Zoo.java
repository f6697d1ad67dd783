package dev.ovkit.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.PinnedPython;
import dev.ovkit.head.Anchor;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The seed's architectures with random weights, written by {@code converter-scripts/zoo} when a
 * test asks for them and kept under {@code target/zoo} until the script changes.
 */
final class Zoo {

  /**
   * One detection head, as the script describes it.
   *
   * @param anchors in pixels
   */
  record Head(String node, String tensor, List<Long> shape, int stride, List<Anchor> anchors) {}

  /** One model and what the script says of it; heads by rising stride. */
  record Written(
      String system, Path onnx, int classes, long height, long width, List<Head> heads) {}

  private static final Path SCRIPTS = Path.of("../../converter-scripts").toAbsolutePath();
  private static final PinnedPython PYTHON = new PinnedPython("zoo");
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, List<Written>> WRITTEN = new ConcurrentHashMap<>();

  private Zoo() {}

  /** The names of all systems. */
  static List<String> systems() throws Exception {
    List<String> names = new ArrayList<>();
    JSON.readTree(zoo(List.of("--list")))
        .get("systems")
        .forEach(system -> names.add(system.get("name").asText()));
    return names;
  }

  /** One model, with options as the script takes them, separated by blanks. */
  static Written model(String system, String options) throws Exception {
    return written(system, options).get(0);
  }

  /** All systems with the same options, written by one process. */
  static List<Written> all(String options) throws Exception {
    return written("all", options);
  }

  private static List<Written> written(String system, String options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--system", system));
    arguments.addAll(List.of(options.split(" ")));
    String key = digest(String.join(" ", arguments));
    List<Written> known = WRITTEN.get(key);
    if (known == null) {
      known = read(folder(key, arguments));
      WRITTEN.put(key, known);
    }
    return known;
  }

  private static Path folder(String key, List<String> arguments) throws Exception {
    Path folder = TARGET.resolve("zoo").resolve(key);
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.getParent());
      Path part = Files.createTempDirectory(folder.getParent(), ".part-");
      List<String> all = new ArrayList<>(arguments);
      all.addAll(List.of("--out", part.toString()));
      Files.writeString(part.resolve("zoo.json"), zoo(all));
      try {
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        if (!Files.isDirectory(folder)) {
          throw e;
        }
        Trees.deleteIfPossible(part); // another process of the tests was quicker
      }
    }
    return folder;
  }

  private static List<Written> read(Path folder) throws IOException {
    List<Written> models = new ArrayList<>();
    for (JsonNode model : JSON.readTree(folder.resolve("zoo.json").toFile()).get("models")) {
      String system = model.get("system").asText();
      List<Head> heads = new ArrayList<>();
      model.get("heads").forEach(head -> heads.add(head(head)));
      models.add(
          new Written(
              system,
              folder.resolve(system + ".onnx"),
              model.get("classes").asInt(),
              model.get("size").get(0).asLong(),
              model.get("size").get(1).asLong(),
              heads));
    }
    return models;
  }

  private static Head head(JsonNode head) {
    List<Long> shape = new ArrayList<>();
    head.get("shape").forEach(dimension -> shape.add(dimension.asLong()));
    List<Anchor> anchors = new ArrayList<>();
    head.get("anchors")
        .forEach(a -> anchors.add(new Anchor(a.get(0).floatValue(), a.get(1).floatValue())));
    return new Head(
        head.get("node").asText(),
        head.get("tensor").asText(),
        shape,
        head.get("stride").asInt(),
        anchors);
  }

  // ---- Python

  private static String zoo(List<String> arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("-m", "zoo"));
    all.addAll(arguments);
    return PYTHON.run(all);
  }

  /** Of the request and of the script, so that no model outlives the code that wrote it. */
  private static String digest(String request) throws IOException {
    try (Stream<Path> files = Files.walk(SCRIPTS.resolve("zoo"))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(request.getBytes(StandardCharsets.UTF_8));
      files
          .filter(file -> file.toString().endsWith(".py"))
          .sorted()
          .forEach(file -> digest.update(bytes(file)));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
