package dev.ovkit.cli.video;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The command {@code ovkit} with video, as a process on the tests' own classes and libraries. */
final class OvkitCommand {

  static List<String> of(Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    for (String folder : List.of("ovkit.native.dir", "ovkit.video.dir", "ovkit.cache.dir")) {
      String given = System.getProperty(folder);
      if (given != null) {
        command.add("-D" + folder + "=" + given);
      }
    }
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("dev.ovkit.cli.Main");
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    return command;
  }

  private OvkitCommand() {}
}
