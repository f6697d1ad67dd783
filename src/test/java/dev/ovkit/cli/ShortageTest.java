package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.internal.files.Trees;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a machine may lack: memory, and permission to read a file. One line each. */
@Tag("integration")
class ShortageTest {

  private static final Path LIBRARIES = Path.of(System.getProperty("ovkit.native.dir"));

  @TempDir private Path temp;

  /** What a process ended with. */
  private record Said(int exitCode, String out, String err) {}

  @Test
  void memoryThatIsUsedUpIsOneLine() throws Exception {
    Path labels = Files.writeString(temp.resolve("labels.txt"), "name\n".repeat(3_000_000));
    List<String> line = java(LIBRARIES, Main.class);
    line.add(1, "-Xmx24m");
    Said said = run(line, "infer", Demo.IR, Demo.picture(0), "--labels", labels);
    assertThat(said.err())
        .isEqualTo(
            "ovkit: out of memory: Java may use 24 MiB and needs more for this input; give it more with OVKIT_JAVA_OPTIONS=-Xmx4g\n");
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
  }

  /** Crops are cut from a copy of the picture in Java's memory, here 27 MB. */
  @Test
  void aPictureTooLargeForJavaIsNamedAndTheNextIsDone() throws Exception {
    BufferedImage large = new BufferedImage(4000, 2250, BufferedImage.TYPE_INT_RGB);
    large
        .createGraphics()
        .drawImage(ImageIO.read(Demo.picture(0).toFile()), 0, 0, 4000, 2250, null);
    ImageIO.write(large, "jpg", temp.resolve("large.jpg").toFile());
    List<String> line = java(LIBRARIES, Main.class);
    line.add(1, "-XX:MaxDirectMemorySize=16m");
    Said said = run(line, "infer", "m.xml", "large.jpg", "p.jpg", "--save-crops", "crops");
    assertThat(said.err())
        .matches(
            "ovkit: large.jpg: out of memory: Java may use \\d+ MiB and needs more for this input; give it more with OVKIT_JAVA_OPTIONS=-Xmx4g\n");
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(said.out()).contains("p.jpg  1280x720");
    assertThat(Cli.files(temp.resolve("crops")))
        .isNotEmpty()
        .allMatch(name -> name.startsWith("p-"));
  }

  /** Its pixels take 300 MB. */
  @Test
  void aPictureTooLargeForTheMachineIsNamedAndTheNextIsDone() throws Exception {
    TinyPictures.declaring(temp.resolve("huge.png"), 10_000, 10_000);
    Said said =
        run(
            java(LIBRARIES, TightMemory.class),
            280 << 20,
            "infer",
            "m.xml",
            "p.jpg",
            "huge.png",
            "p.jpg");
    assertThat(said.err())
        .isEqualTo(
            "ovkit: huge.png: not enough memory to decode its 10000x10000 pixels; scale it down, or free memory\n");
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(said.out().lines().filter(line -> line.startsWith("p.jpg  1280x720"))).hasSize(2);
  }

  // ---- libraries

  @Test
  void librariesThatGoWhileACommandRunsAreOneLine() throws Exception {
    Path libraries = temp.resolve("libraries");
    Trees.copy(LIBRARIES, libraries);
    for (String words : List.of("infer m.xml p.jpg", "convert m.onnx -o out")) {
      Said said =
          run(
              java(libraries, LosesLibraries.class),
              Stream.concat(Stream.of(libraries), Arrays.stream(words.split(" "))).toArray());
      assertThat(said.err())
          .isEqualTo(
              "ovkit: the libraries in %s are not all there any more: no such directory; install or build ovkit again, then start it again\n"
                  .formatted(libraries));
      assertThat(said.exitCode()).isEqualTo(ExitCode.NO_RUNTIME);
      Files.move(temp.resolve("gone"), libraries);
    }
    assertThat(temp.resolve("out")).doesNotExist();
  }

  // ---- files that may not be read

  @BeforeEach
  void copyTheModel() throws IOException {
    Files.copy(Demo.IR, temp.resolve("m.xml"));
    Files.copy(Path.of(Demo.IR.toString().replace(".xml", ".bin")), temp.resolve("m.bin"));
    Files.copy(Demo.ONNX, temp.resolve("m.onnx"));
    Files.copy(Demo.picture(0), temp.resolve("p.jpg"));
    Files.writeString(temp.resolve("l.txt"), "a\nb\nc\nd\ne\nf\n");
    Files.writeString(temp.resolve("c.json"), "{}");
  }

  @ParameterizedTest
  @CsvSource({
    "m.xml, infer m.xml p.jpg",
    "m.bin, infer m.xml p.jpg",
    "m.profile.json, infer m.xml p.jpg",
    "p.jpg, infer m.xml p.jpg",
    "l.txt, infer m.xml p.jpg --labels l.txt",
    "m.onnx, convert m.onnx -o out",
    "m.onnx, inspect m.onnx",
    "c.json, eval m.xml --coco c.json --images p.jpg",
    "c.json, diagnose m.xml p.jpg --expect c.json",
    "c.json, convert m.onnx --from-manifest c.json -o out",
  })
  void aFileThatMayNotBeReadIsNamed(String file, String words) throws Exception {
    if (!Files.exists(temp.resolve(file))) {
      Files.writeString(temp.resolve(file), "{}");
    }
    Files.setPosixFilePermissions(temp.resolve(file), PosixFilePermissions.fromString("---------"));
    Said said = run(withoutPrivileges(java(LIBRARIES, Main.class)), (Object[]) words.split(" "));
    assertThat(said.exitCode()).as(said.err()).isEqualTo(ExitCode.FAILED);
    assertThat(said.err())
        .startsWith("ovkit: ")
        .containsOnlyOnce("\n")
        .contains(file)
        .containsIgnoringCase("permission");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  /** Root may read everything, unless it gives that up. */
  private static List<String> withoutPrivileges(List<String> line) {
    if (!System.getProperty("user.name").equals("root")) {
      return line;
    }
    List<String> confined =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search"));
    confined.addAll(line);
    return confined;
  }

  // ---- processes

  private static List<String> java(Path libraries, Class<?> main) {
    return new ArrayList<>(
        List.of(
            TestBundle.java().toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dovkit.native.dir=" + libraries,
            "-cp",
            TestBundle.classPath(),
            main.getName()));
  }

  private Said run(List<String> line, Object... arguments) throws Exception {
    Arrays.stream(arguments).map(Object::toString).forEach(line::add);
    Process process = new ProcessBuilder(line).directory(temp.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), out, err);
  }
}
