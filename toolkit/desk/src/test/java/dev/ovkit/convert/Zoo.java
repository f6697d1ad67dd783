package dev.ovkit.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.model.Anchor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The seed's architectures with random weights, written by {@code converter-scripts/zoo} when a
 * test asks for them and kept under {@code target/zoo} until the script changes.
 *
 * <p>The script needs Python 3.11 with the pinned packages; they are put into {@code
 * target/zoo-env} once, unless {@code -Dovkit.zoo.python} names a Python that has them. Where they
 * cannot be had, the test is skipped and says why.
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
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
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
    List<String> command = new ArrayList<>(List.of(python(), "-m", "zoo"));
    command.addAll(arguments);
    Run run = Run.of(command, SCRIPTS);
    if (run.exitCode() != 0) {
      throw new AssertionError(String.join(" ", command) + " failed: " + run.err());
    }
    return run.out();
  }

  private static String python() throws Exception {
    String given = System.getProperty("ovkit.zoo.python");
    if (given != null) {
      return given;
    }
    Path requirements = SCRIPTS.resolve("requirements/zoo.txt");
    Path environment = TARGET.resolve("zoo-env");
    Path python = environment.resolve("bin/python");
    Path done = environment.resolve("requirements.txt");
    if (Files.exists(done) && Files.mismatch(done, requirements) == -1) {
      return python.toString();
    }
    String minor = "import sys; print('%d.%d' % sys.version_info[:2])";
    step("python3 is missing", List.of("python3", "-c", minor), "3.11");
    step(
        "python3 cannot make an environment (python3-venv is missing?)",
        List.of("python3", "-m", "venv", "--clear", environment.toString()),
        "");
    step(
        "pip cannot fetch the zoo's packages",
        List.of(
            python.toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--no-deps",
            "--only-binary=:all:",
            "-r",
            requirements.toString()),
        "");
    Files.copy(requirements, done);
    return python.toString();
  }

  /** Skips the test unless the command succeeds and says what is expected. */
  private static void step(String trouble, List<String> command, String expected)
      throws InterruptedException {
    String reason;
    try {
      Run run = Run.of(command, TARGET);
      if (run.exitCode() == 0 && run.out().strip().startsWith(expected)) {
        return;
      }
      reason =
          run.exitCode() == 0
              ? "python3 is " + run.out().strip() + ", the zoo's packages are for " + expected
              : trouble + ": " + run.err().strip();
    } catch (IOException e) {
      reason = trouble + ": " + e.getMessage();
    }
    String why = "no zoo models: " + reason + "; -Dovkit.zoo.python names another Python";
    System.out.println("SKIPPED: " + why);
    Assumptions.abort(why);
  }

  private record Run(int exitCode, String out, String err) {

    static Run of(List<String> command, Path directory) throws IOException, InterruptedException {
      Path err = Files.createTempFile("zoo", ".err");
      Path out = Files.createTempFile("zoo", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(err.toFile())
                .redirectOutput(out.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
          process.destroyForcibly();
          throw new IOException(command.get(0) + " took more than five minutes");
        }
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.deleteIfExists(err);
        Files.deleteIfExists(out);
      }
    }
  }

  /** Of the request and of the script, so that no model outlives the code that wrote it. */
  private static String digest(String request) throws IOException {
    try (Stream<Path> files = Files.list(SCRIPTS.resolve("zoo"))) {
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
