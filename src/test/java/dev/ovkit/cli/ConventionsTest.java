package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for the source of every class that is not a test. */
class ConventionsTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home", ".."));

  private static final List<String> MODULES =
      List.of("native-config", "toolkit", "src", "benchmarks");

  /** A literal that can only be a path of the kernel's: a message has a space in it. */
  private static final Pattern KERNEL_PATH = Pattern.compile("\"/?(proc|sys)/[^\" ]*\"");

  private static final Pattern TYPE =
      Pattern.compile("(?m)^[^*/\"]*\\b(?:class|record|interface|enum) ([A-Z]\\w*)");

  /** Names that say nothing to someone who has not read the class. */
  private static final List<String> OPAQUE =
      List.of(
          "Lane",
          "Contest",
          "Opening",
          "Cut",
          "Mend",
          "Present",
          "Scene",
          "Track",
          "Reception",
          "Stamp",
          "Probe",
          "Run");

  private static final int MOST_LINES = 400;

  /** Classes that are longer, each with what keeps it whole. */
  private static final Map<String, String> LONGER =
      Map.ofEntries(
          Map.entry("IrXml", "one reading of an IR's XML, measured as a whole"),
          Map.entry("Detector", "the entry of the library, with a worker per request"),
          Map.entry("FlatRows", "one layout: its data, its metadata, its decoding"),
          Map.entry("ConversionManifest", "what every conversion has ever written, still read"),
          Map.entry("MoCommandLine", "one method per option of mo.py"),
          Map.entry("Hypotheses", "one method per cause of wrong boxes"),
          Map.entry("ConvertCommand", "the declarations of every option of convert"));

  @Test
  void onlyTheMachinePackageReadsProcAndSys() throws IOException {
    Map<Boolean, List<String>> readers =
        sources().stream()
            .filter(file -> KERNEL_PATH.matcher(text(file)).find())
            .map(file -> HOME.relativize(file).toString())
            .collect(Collectors.partitioningBy(name -> name.contains("dev/ovkit/machine/")));
    assertThat(readers.get(true)).as("the rule finds what it looks for").isNotEmpty();
    assertThat(readers.get(false)).isEmpty();
  }

  @Test
  void noTwoClassesHaveTheSameName() throws IOException {
    Map<String, List<Path>> files =
        sources().stream()
            .collect(
                Collectors.groupingBy(
                    file -> file.getFileName().toString(), TreeMap::new, Collectors.toList()));
    assertThat(files.values().stream().filter(same -> same.size() > 1)).isEmpty();
  }

  @Test
  void aNameSaysWhatAClassIs() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      Matcher type = TYPE.matcher(text(file));
      while (type.find()) {
        if (OPAQUE.contains(type.group(1))) {
          found.add(HOME.relativize(file) + ": " + type.group(1));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void noClassIsLongerThanItsSubjectNeeds() throws IOException {
    Map<String, Long> longer = new TreeMap<>();
    for (Path file : sources()) {
      long lines = text(file).lines().count();
      if (lines > MOST_LINES) {
        longer.put(file.getFileName().toString().replace(".java", ""), lines);
      }
    }
    assertThat(longer.keySet())
        .as("classes above %s lines: %s; split one, or give the reason", MOST_LINES, longer)
        .isSubsetOf(LONGER.keySet());
    assertThat(LONGER.values()).allMatch(reason -> reason.length() > 20);
  }

  @Test
  void thePageOnArchitectureNamesEveryPackage() throws IOException {
    String page = text(HOME.resolve("docs/architecture.md"));
    List<String> unnamed = new ArrayList<>();
    for (Path file : sources()) {
      String path = file.getParent().toString();
      String name = path.substring(path.indexOf("dev/ovkit")).replace('/', '.');
      boolean named =
          page.contains("`" + name + "`")
              || page.contains("`" + name.replaceFirst("^dev\\.ovkit\\.(onnx|cli)", ".$1") + "`")
              || name.matches(
                  "dev\\.ovkit\\.(internal|nativelib|benchmarks|cli\\.(video|stream|serve|server))\\b.*");
      if (!named) {
        unnamed.add(name);
      }
    }
    assertThat(unnamed.stream().distinct()).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> walk = Files.walk(HOME.resolve(module))) {
        walk.filter(file -> file.toString().endsWith(".java"))
            .filter(file -> file.toString().contains("/src/main/java/") || isCli(file))
            .filter(file -> !file.endsWith("package-info.java"))
            .filter(file -> !file.endsWith("module-info.java"))
            .forEach(sources::add);
      }
    }
    assertThat(sources).hasSizeGreaterThan(300);
    return sources;
  }

  private static boolean isCli(Path file) {
    return file.startsWith(HOME.resolve("src/main/java"));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
