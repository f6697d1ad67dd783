package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of files and classes in any script, where the environment has no locale: JDK 17 takes it
 * for ASCII. The launchers of the checkout and of a bundle are the real ones.
 */
@Tag("integration")
class LocaleTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final List<String> NAMES =
      List.of("Schlüssel", "гайка", "垫圈", "ñandú", "أداة", "plain");

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"LC_ALL=C", ""})
  void theCheckoutsCommandReadsAndWritesAnyName(String locale) throws Exception {
    Path root = Files.createDirectories(temp.resolve("checkout"));
    Path launcher = root.resolve("ovkit");
    Files.copy(HOME.resolve("ovkit"), launcher);
    launcher.toFile().setExecutable(true);
    allClasses(Files.createDirectories(root.resolve("src/target/app")).resolve("ovkit-cli-0.jar"));

    Path folder = Files.createDirectory(temp.resolve("größe"));
    Path labels = Files.write(folder.resolve("имена.txt"), NAMES);
    Path pictures = Files.createDirectory(folder.resolve("снимки"));
    Path picture = Files.copy(Demo.picture(0), pictures.resolve("straße 红.jpg"));
    Path ir = folder.resolve("模型.xml");
    run(locale, launcher, "convert", Demo.ONNX, "-o", folder, "-n", "模型", "--labels", labels);
    assertFound(run(locale, launcher, "infer", ir, picture, "--json"), picture);
    assertThat(run(locale, launcher, "inspect", ir)).contains("模型.xml", "Schlüssel", "垫圈");
    Path drawn = folder.resolve("gezeichnet ß.jpg");
    assertThat(run(locale, launcher, "infer", ir, picture, "--out", drawn)).contains("straße 红");
    assertThat(drawn).isNotEmptyFile();
    run(locale, launcher, "infer", ir, pictures, "--out", folder.resolve("出"));
    assertThat(folder.resolve("出/straße 红.jpg")).isNotEmptyFile();
  }

  @Test
  void aBundlesCommandReadsAndWritesAnyName() throws Exception {
    Path bundle = Files.createDirectories(temp.resolve("bündel"));
    Path labels = Files.write(temp.resolve("labels.txt"), NAMES);
    Path picture = Files.copy(Demo.picture(0), temp.resolve("straße 红.jpg"));
    Path model = bundle.resolve("model");
    Cli.run("convert", Demo.ONNX, "-o", model, "-n", "model", "--labels", labels).done();
    Files.createSymbolicLink(bundle.resolve("jre"), Path.of(System.getProperty("java.home")));
    Files.createSymbolicLink(
        bundle.resolve("native"), Path.of(System.getProperty("ovkit.native.dir")));
    allClasses(bundle.resolve("all.jar"));
    Path launcher = Files.createDirectory(bundle.resolve("bin")).resolve("ovkit");
    Files.writeString(
        launcher,
        Files.readString(HOME.resolve("toolkit/desk/src/main/pack/launcher.sh"))
            .replace("@ARCHIVE@", "")
            .replace("@CLASSPATH@", "$home/all.jar"));
    launcher.toFile().setExecutable(true);
    assertFound(run("LC_ALL=C", launcher, "infer", picture, "--json"), picture);
    Path drawn = temp.resolve("gezeichnet ß.jpg");
    run("", launcher, "infer", picture, "--out", drawn);
    assertThat(drawn).isNotEmptyFile();
  }

  private static void assertFound(String json, Path picture) throws IOException {
    JsonNode found = new ObjectMapper().readTree(json).get("pictures").get(0);
    assertThat(found.get("file").asText()).isEqualTo(picture.toString());
    assertThat(found.findValuesAsText("label")).isNotEmpty().allMatch(NAMES::contains);
    assertThat(found.findValuesAsText("label")).contains("Schlüssel");
  }

  /** Runs a launcher with next to no environment; its stderr must be empty but for assumptions. */
  private String run(String locale, Path launcher, Object... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(launcher.toString()));
    for (Object argument : arguments) {
      line.add(argument.toString());
    }
    Path err = temp.resolve("stderr");
    ProcessBuilder process = new ProcessBuilder(line).redirectError(err.toFile());
    Map<String, String> environment = process.environment();
    environment.keySet().retainAll(List.of("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("OVKIT_NATIVE_DIR", System.getProperty("ovkit.native.dir"));
    environment.put("OVKIT_CACHE_DIR", temp.resolve("cache").toString());
    if (!locale.isEmpty()) {
      environment.put(locale.split("=")[0], locale.split("=")[1]);
    }
    Process started = process.start();
    String out = new String(started.getInputStream().readAllBytes(), UTF_8);
    assertThat(started.waitFor()).as(Files.readString(err)).isZero();
    return out;
  }

  /** A jar that stands for the class path of this test, since launchers take jars only. */
  private static void allClasses(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            List.of(TestBundle.classPath().split(File.pathSeparator)).stream()
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part).toAbsolutePath().toUri().toString())
                .collect(Collectors.joining(" ")));
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
  }
}
