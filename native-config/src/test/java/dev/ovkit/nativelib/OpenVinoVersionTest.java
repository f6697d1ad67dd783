package dev.ovkit.nativelib;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The version of OpenVINO is written down once, in the root's pom.xml; all else follows it. */
class OpenVinoVersionTest {

  private static final Path ROOT = Path.of(System.getProperty("ovkit.home"));
  private static final String VERSION = System.getProperty("ovkit.test.openvino.version");

  @Test
  void javaAndTheLibrariesAreOfThePomsVersion() {
    assertThat(NativeRuntime.OPENVINO_VERSION).isEqualTo(VERSION);
    assertThat(NativeRuntime.current()).isInstanceOf(NativeRuntime.Found.class);
    assertThat(NativeRuntime.librariesOfABox()).contains("libopenvino_c.so." + suffix());
  }

  @Test
  void pythonsEnvironmentsPinThePomsVersion() throws IOException {
    Pattern pin = Pattern.compile("(?m)^openvino==(\\S+)");
    try (Stream<Path> files = Files.list(ROOT.resolve("converter-scripts/requirements"))) {
      List<String> pins =
          files
              .filter(file -> file.toString().endsWith(".txt"))
              // mo ended with an OpenVINO of its own.
              .filter(file -> !file.endsWith("mo.txt"))
              .flatMap(file -> pin.matcher(read(file)).results().map(found -> found.group(1)))
              .distinct()
              .toList();
      assertThat(pins).containsExactly(VERSION);
    }
  }

  @Test
  void noSourceNamesAVersionOfItsOwn() throws IOException {
    for (String folder : List.of("native-config", "toolkit", "src/main")) {
      try (Stream<Path> walk = Files.walk(ROOT.resolve(folder))) {
        assertThat(
                walk.filter(file -> place(file).matches("(.*/)?src/main/.*\\.java|.*\\.(sh|py)"))
                    .filter(file -> !place(file).contains("/target/")))
            .isNotEmpty()
            .allSatisfy(
                file ->
                    assertThat(read(file))
                        .as(file.toString())
                        .doesNotContain(VERSION, ".so." + suffix(), "@." + suffix()));
      }
    }
  }

  /** As the names of libraries carry it: YYNP of 20YY.N.P. */
  private static String suffix() {
    return VERSION.substring("20".length()).replace(".", "");
  }

  /** Within the checkout, whose own folders may have any name. */
  private static String place(Path file) {
    return ROOT.relativize(file).toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
