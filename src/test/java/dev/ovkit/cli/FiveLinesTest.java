package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that the README shows a newcomer compiles, runs and finds something. */
@Tag("integration")
class FiveLinesTest {

  private static final Path ROOT = root();

  @TempDir private Path temp;

  @Test
  void theProgramInTheReadmeFindsObjects() throws IOException, InterruptedException {
    String program = asShown();
    Cli.run("convert", Demo.ONNX, "-o", temp).done();
    // The names of files are the reader's own; here they become those of a real model and picture.
    String here =
        program
            .replaceAll("\"[^\"]+\\.xml\"", quoted(temp.resolve("conveyor-parts.xml")))
            .replaceAll("\"[^\"]+\\.(jpg|jpeg|png)\"", quoted(Demo.picture(0)));
    String said = run(compile(here));
    assertThat(said.lines()).hasSizeGreaterThanOrEqualTo(6);
    assertThat(said).contains("bolt", "gear", "0.8");
  }

  private static String asShown() throws IOException {
    Path readme = ROOT.resolve("README.md");
    if (Files.exists(readme)) {
      Matcher block =
          Pattern.compile("<!-- five lines -->\\s*```java\\R(.*?)```", Pattern.DOTALL)
              .matcher(Files.readString(readme));
      if (block.find()) {
        return block.group(1);
      }
    }
    Matcher block =
        Pattern.compile("<pre>\\{@code\\R(.*?)\\R \\* \\}</pre>", Pattern.DOTALL)
            .matcher(
                Files.readString(
                    ROOT.resolve("toolkit/box/src/main/java/dev/ovkit/vision/Detector.java")));
    assertThat(block.find()).as("a program in Detector's javadoc").isTrue();
    return block.group(1).replaceAll("(?m)^ \\* ?", "");
  }

  /** Returns the name of the class; statements without one become one. */
  private String compile(String program) throws IOException {
    String source = program;
    if (!program.contains("class ")) {
      List<String> imports = program.lines().filter(line -> line.startsWith("import ")).toList();
      List<String> body = program.lines().filter(line -> !line.startsWith("import ")).toList();
      List<String> known =
          imports.isEmpty()
              ? List.of(
                  "import dev.ovkit.model.Detection;",
                  "import dev.ovkit.vision.Detector;",
                  "import java.nio.file.Path;")
              : imports;
      source =
          "%s\nfinal class Main {\n  public static void main(String[] args) throws Exception {\n%s\n  }\n}\n"
              .formatted(String.join("\n", known), String.join("\n", body));
    }
    Matcher name = Pattern.compile("class (\\w+)").matcher(source);
    assertThat(name.find()).isTrue();
    Path file = Files.writeString(temp.resolve(name.group(1) + ".java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                complaints,
                null,
                null,
                List.of("-proc:none", "-d", temp.toString(), "-cp", classPath()),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file.toFile()))
            .call();
    assertThat(compiled).as("%s%n%s", source, complaints).isTrue();
    return name.group(1);
  }

  private String run(String mainClass) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    line.add("-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"));
    line.add("-cp");
    line.add(temp + ":" + classPath());
    line.add(mainClass);
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static String quoted(Path path) {
    return Matcher.quoteReplacement('"' + path.toString() + '"');
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("toolkit"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
