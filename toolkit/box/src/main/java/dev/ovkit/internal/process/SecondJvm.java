package dev.ovkit.internal.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JVM like this one, with its classes and its settings of ovkit, for native code that may crash.
 */
public final class SecondJvm {

  /**
   * Returns the command that starts it.
   *
   * @param options of the JVM beyond the usual ones
   * @param crashLog the file that the JVM writes when native code crashes
   * @param mainClass the name of the class whose {@code main} runs
   * @param arguments of that class
   */
  public static List<String> command(
      List<String> options, Path crashLog, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("ovkit."))
        .sorted()
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(options);
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + crashLog,
            "-cp",
            Stream.of("java.class.path", "jdk.module.path")
                .map(name -> System.getProperty(name, ""))
                .filter(path -> !path.isBlank())
                .collect(Collectors.joining(System.getProperty("path.separator"))),
            mainClass));
    command.addAll(List.of(arguments));
    return command;
  }

  private SecondJvm() {}
}
