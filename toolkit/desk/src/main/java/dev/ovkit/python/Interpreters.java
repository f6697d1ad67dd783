package dev.ovkit.python;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The Pythons of this machine.
 *
 * @param environment of this process: {@code PATH} is searched, {@code OVKIT_PYTHON} wins
 */
record Interpreters(Map<String, String> environment) {

  static final String VARIABLE = "OVKIT_PYTHON";

  Interpreters {
    environment = Map.copyOf(environment);
  }

  /**
   * Finds a Python that these requirements support.
   *
   * @throws PythonException if there is none; the message says what to install
   */
  Path find(PythonPackages requirements) {
    List<String> versions = requirements.versions();
    String wanted = String.join(" or ", versions);
    String explicit = environment.getOrDefault(VARIABLE, "");
    if (!explicit.isBlank()) {
      Path python = Path.of(explicit);
      String version = version(python).orElse("not a Python that runs");
      if (!versions.contains(version)) {
        throw new PythonException(
            "%s=%s is %s; '%s' needs Python %s"
                .formatted(VARIABLE, explicit, version, requirements.name(), wanted));
      }
      return python;
    }
    Set<String> names = new LinkedHashSet<>();
    versions.forEach(version -> names.add("python" + version));
    names.add("python3");
    List<String> others = new ArrayList<>();
    for (String name : names) {
      for (Path python : onPath(name)) {
        Optional<String> version = version(python);
        if (version.isPresent() && versions.contains(version.get())) {
          return python;
        }
        version.ifPresent(other -> others.add("%s is Python %s".formatted(python, other)));
      }
    }
    throw new PythonException(
        "'%s' needs Python %s, but %s; on Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv; elsewhere install python%s, or set %s to one"
            .formatted(
                requirements.name(),
                wanted,
                others.isEmpty() ? "there is no python3 on the PATH" : String.join(", ", others),
                versions.get(0),
                VARIABLE));
  }

  private List<Path> onPath(String name) {
    List<Path> found = new ArrayList<>();
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path file = Path.of(folder).resolve(name);
      if (!folder.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
        found.add(file.toAbsolutePath());
      }
    }
    return found;
  }

  /** The version that it reports: a launcher of that name may have no Python behind it. */
  private Optional<String> version(Path python) {
    try {
      Child child =
          Child.run(
              List.of(
                  python.toString(),
                  "-I",
                  "-c",
                  "import sys; print('%d.%d' % sys.version_info[:2])"),
              Path.of("/"),
              environment,
              line -> {});
      return child.exitCode() == 0 ? Optional.of(child.out().strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
