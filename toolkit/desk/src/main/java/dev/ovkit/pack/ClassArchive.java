package dev.ovkit.pack;

import dev.ovkit.internal.files.Temporary;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The archive of parsed and linked classes, from which a bundle's JVM starts sooner. */
final class ClassArchive {

  /** Its place in a bundle. */
  static final String FILE = "lib/ovkit.jsa";

  private static final String LAUNCHER = "bin/ovkit";
  private static final String LIST = "classes.list";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._-]+");

  private static final List<String> CHANCE =
      List.of(
          "java/util/concurrent/",
          "java/lang/foreign/",
          "jdk/internal/foreign/",
          "@lambda-form-invoker ");

  /** Two runs miss less of what only happens now and then than one. */
  private static final int RUNS = 2;

  /**
   * Runs a bundle on a picture, which must not fail.
   *
   * @return what it printed
   */
  static String infer(Path bundle, String picture, String javaOptions) throws IOException {
    return Command.run(
        "the bundle does not run on this machine",
        bundle,
        Map.of("OVKIT_JAVA_OPTIONS", javaOptions),
        List.of("/bin/sh", LAUNCHER, "infer", "--json", "--image", picture));
  }

  /**
   * Makes the archive of what a bundle loads for a picture; times of jars and JRE are final.
   *
   * @param classPath relative to the bundle
   */
  static void make(Path bundle, String picture, String classPath) throws IOException {
    TreeSet<String> classes =
        new TreeSet<>(
            Comparator.comparing(
                    (String line) -> line.startsWith("@")) // after the classes themselves
                .thenComparing(Comparator.naturalOrder()));
    Path list = bundle.resolve(LIST);
    for (int i = 0; i < RUNS; i++) {
      infer(bundle, picture, "-XX:ActiveProcessorCount=2 -XX:DumpLoadedClassList=" + LIST);
      lines(list).filter(line -> !chance(line)).forEach(classes::add);
    }
    // What varies from run to run is in the JDK's own list, the same for everybody.
    lines(bundle.resolve("jre/lib/classlist")).filter(ClassArchive::chance).forEach(classes::add);
    Files.write(list, classes);
    dump(bundle, classPath);
    Files.delete(list);
  }

  /**
   * Class path and program are named from the bundle's folder, else that folder's path would be in
   * the archive; and the JVM leaves a trace of letters there that a URL has to escape.
   */
  private static void dump(Path bundle, String classPath) throws IOException {
    if (!PLAIN.matcher(bundle.toString()).matches()) {
      Path plain = Temporary.folder("ovkit-packing-");
      try {
        for (String needed : List.of("jre", "lib", LIST)) {
          Trees.copy(bundle.resolve(needed), plain.resolve(needed));
        }
        dump(plain, classPath);
        Files.copy(plain.resolve(FILE), bundle.resolve(FILE));
      } finally {
        Trees.delete(plain);
        Temporary.forget(plain);
      }
      return;
    }
    Command.run(
        "the class archive cannot be made",
        bundle,
        Map.of(),
        List.of(
            bundle.resolve("jre/bin/java").toString(),
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Xshare:dump",
            "-XX:SharedClassListFile=" + LIST,
            "-XX:SharedArchiveFile=" + FILE,
            "-cp",
            classPath));
  }

  /** Classes and lambdas, without remarks, numbers, and what constants were resolved already. */
  private static Stream<String> lines(Path list) throws IOException {
    return Files.readAllLines(list, StandardCharsets.UTF_8).stream()
        .filter(line -> !line.startsWith("#") && !line.startsWith("@cp "))
        .map(line -> line.replaceFirst(" id: \\d+$", ""));
  }

  /** Whether a run loads it only when two threads happen to meet. */
  private static boolean chance(String line) {
    return CHANCE.stream().anyMatch(line::startsWith);
  }

  private ClassArchive() {}
}
