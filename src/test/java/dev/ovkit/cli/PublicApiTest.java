package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the public types and members of each module with its {@code api.txt}: a change of the
 * API is a change that the commit shows. To write the files again:
 *
 * <pre>mvn -q -pl src -am package -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dovkit.api.write=true</pre>
 */
class PublicApiTest {

  private static final Path ROOT = Path.of(System.getProperty("ovkit.home"));
  private static final String FILE = "api.txt";
  private static final int MOST_TYPES = 30;
  private static final String OF_EVERY_RECORD =
      " *public final .*(equals\\(java.lang.Object\\)|hashCode\\(\\)|toString\\(\\));";

  static List<Path> modules() throws IOException {
    List<Path> modules = new ArrayList<>(List.of(ROOT.resolve("native-config")));
    try (Stream<Path> folders = Files.list(ROOT.resolve("toolkit"))) {
      folders.sorted().forEach(modules::add);
    }
    return modules.stream()
        .filter(module -> Files.exists(module.resolve(FILE)))
        .map(ROOT::relativize)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void thePublicApiIsTheListedOne(Path module) throws IOException {
    String api = api(ROOT.resolve(module));
    Path file = ROOT.resolve(module).resolve(FILE);
    if (Boolean.getBoolean("ovkit.api.write")) {
      Files.writeString(file, api);
    }
    assertThat(api)
        .as(
            "the public API of %s; if the change is meant, write its list again (see this test)",
            module)
        .isEqualTo(Files.readString(file));
  }

  /**
   * What a user of the library must know of fits on a page: measuring, tuning, tracking, bundles
   * and the folder service apart, which are used one by one.
   */
  @Test
  void theLibraryExportsAtMostThirtyTypes() throws IOException {
    List<String> types =
        api(ROOT.resolve("toolkit/box"))
            .lines()
            .filter(line -> line.startsWith("public "))
            .map(PublicApiTest::name)
            .filter(name -> !name.contains("$"))
            .filter(name -> !name.matches("dev\\.ovkit\\.(bench|bundle|track|tune|watch)\\..*"))
            .toList();
    assertThat(types).contains("dev.ovkit.vision.Detector").hasSizeLessThanOrEqualTo(MOST_TYPES);
  }

  private static String api(Path module) throws IOException {
    Path classes = module.resolve("target/classes");
    Predicate<String> exported = exported(classes.resolve("module-info.class"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files =
          all.filter(file -> file.toString().endsWith(".class"))
              .filter(file -> exported.test(packageOf(classes, file)))
              .filter(file -> isWritten(module, classes.relativize(file)))
              .toList();
    }
    Map<String, String> types = new TreeMap<>();
    for (String type : javap(files).split("(?m)^}$")) {
      List<String> lines =
          type.lines().filter(l -> !l.isBlank() && !l.startsWith("Compiled from")).toList();
      if (!lines.isEmpty() && lines.get(0).startsWith("public ")) {
        types.put(name(lines.get(0)), text(lines));
      }
    }
    // A public type within one that is not public is out of reach.
    return String.join(
        "\n",
        types.entrySet().stream()
            .filter(
                type ->
                    Stream.iterate(
                            type.getKey().lastIndexOf('$'),
                            end -> end > 0,
                            end -> type.getKey().lastIndexOf('$', end - 1))
                        .allMatch(end -> types.containsKey(type.getKey().substring(0, end))))
            .map(Map.Entry::getValue)
            .toList());
  }

  /** What a module descriptor exports to everybody; without one, everything. */
  private static Predicate<String> exported(Path descriptor) throws IOException {
    if (!Files.exists(descriptor)) {
      return name -> true;
    }
    try (InputStream in = Files.newInputStream(descriptor)) {
      List<String> names =
          ModuleDescriptor.read(in).exports().stream()
              .filter(export -> !export.isQualified())
              .map(ModuleDescriptor.Exports::source)
              .toList();
      return names::contains;
    }
  }

  private static String packageOf(Path classes, Path file) {
    Path folder = classes.relativize(file).getParent();
    return folder == null ? "" : folder.toString().replace('/', '.');
  }

  /** Whether somebody wrote the type: generated bindings are not listed. */
  private static boolean isWritten(Path module, Path file) {
    String source = file.toString().replaceFirst("(\\$.*)?\\.class$", ".java");
    return Files.exists(module.resolve("src/main/java").resolve(source));
  }

  private static String javap(List<Path> files) {
    List<String> arguments = new ArrayList<>(List.of("-protected"));
    files.forEach(file -> arguments.add(file.toString()));
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    assertThat(javap.run(writer, writer, arguments.toArray(String[]::new)))
        .as(out.toString())
        .isZero();
    return out.toString();
  }

  /** The name in a head such as {@code public final class a.B<T> extends c.D}. */
  private static String name(String head) {
    return head.replaceFirst(".*?\\b(class|interface) ([\\w.$]+).*", "$2");
  }

  /** The head as it is, the members in an order that does not depend on the source's. */
  private static String text(List<String> lines) {
    StringBuilder text = new StringBuilder(lines.get(0)).append('\n');
    lines.stream()
        .skip(1)
        .filter(line -> !line.matches(OF_EVERY_RECORD))
        .sorted()
        .forEach(line -> text.append(line).append('\n'));
    return text.toString().replaceAll("java\\.lang\\.(?=[A-Z])", "");
  }
}
