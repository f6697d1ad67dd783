package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** Runs scripts where they may mount what they like, and nobody else sees it. */
record Namespace(List<String> command) {

  /** As root, or as a user where the system lets users; else the test skips and says why. */
  static Namespace orSkip(Path temp) throws IOException, InterruptedException {
    Path probe = Files.createDirectories(temp.resolve("probe"));
    for (List<String> way : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      Namespace namespace = new Namespace(way);
      if (namespace
          .run("mount -t tmpfs tmpfs '%s' && echo mounted".formatted(probe))
          .contains("mounted")) {
        return namespace;
      }
    }
    String reason = "no mount namespace to be had here (unshare -m, unshare -rm)";
    System.out.println("SKIPPED: " + reason);
    return Assumptions.abort(reason);
  }

  /** Returns what the script said to stdout and stderr. */
  String run(String script) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of("sh", "-c", script));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return said;
  }

  /** Words for a script. */
  static String quoted(List<String> words) {
    return words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
  }
}
