import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.tools.Builder;

/**
 * Writes the C++ sources of the JNI libraries, the same on each run. Run from its source by
 * native-config's build, with {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 *
 * <p>JavaCPP numbers classes and members in the order in which the JVM lists methods, and that order
 * depends on addresses. The JVM keeps the list of a class once it was asked for, so the lists are
 * asked for first and put in order.
 */
final class Generate {

  private static final String BINDINGS = "dev/ovkit/nativelib";

  /** CLASSES: the folder of the bindings' classes. SOURCES: where to write. CONFIG: for GraalVM. */
  public static void main(String[] arguments) throws Exception {
    Path classes = Path.of(arguments[0]);
    Method list = Class.class.getDeclaredMethod("privateGetDeclaredMethods", boolean.class);
    list.setAccessible(true);
    for (String name : names(classes)) {
      try {
        Class<?> type = Class.forName(name, false, Generate.class.getClassLoader());
        Arrays.sort((Method[]) list.invoke(type, false), Comparator.comparing(Method::toString));
      } catch (LinkageError | ReflectiveOperationException e) {
        // A class of JavaCPP's build plugin, whose own dependencies are not here.
      }
    }
    // JavaCPP logs each file that it writes to stderr.
    PrintStream stderr = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    Path config = Files.createTempDirectory("ovkit-graalvm");
    try {
      new Builder()
          .classPaths(classes.toString())
          .outputDirectory(arguments[1])
          .configDirectory(config.toString())
          .classesOrPackages("dev.ovkit.nativelib.**")
          .compile(false)
          .deleteJniFiles(false)
          .copyLibs(false)
          .build();
      copyChanged(config, Path.of(arguments[2]));
    } catch (Exception e) {
      stderr.print(log.toString(StandardCharsets.UTF_8));
      throw e;
    } finally {
      System.setErr(stderr);
    }
  }

  /** A newer file would be a newer jar, and compile all that depends on it. */
  private static void copyChanged(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
        Path target = to.resolve(from.relativize(file));
        if (Files.isRegularFile(file)
            && !(Files.exists(target) && Files.mismatch(file, target) < 0)) {
          Files.createDirectories(target.getParent());
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.delete(file);
      }
    }
  }

  private static String[] names(Path classes) throws IOException {
    File javacpp =
        new File(URI.create(Loader.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    try (JarFile jar = new JarFile(javacpp);
        Stream<Path> bindings = Files.walk(classes.resolve(BINDINGS))) {
      return Stream.concat(
              jar.stream().map(JarEntry::getName).filter(name -> name.startsWith("org/")),
              bindings.map(file -> classes.relativize(file).toString()))
          .filter(name -> name.endsWith(".class") && !name.contains("-info"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toArray(String[]::new);
    }
  }
}
