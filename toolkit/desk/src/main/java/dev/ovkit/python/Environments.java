package dev.ovkit.python;

import dev.ovkit.internal.files.Temporary;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Environments in a folder of the user's, each made on first use.
 *
 * <p>An environment is filled under a name of its own and renamed into place when it is whole. Who
 * fills one holds a lock, so several processes may start at once: the first fills, the others wait
 * and find it done. What an interrupted one left behind is swept away by the next.
 *
 * @param root the folder
 * @param variables the environment of this process
 */
record Environments(Path root, Map<String, String> variables) {

  /** Settings that would put packages elsewhere, or let others in. */
  private static final List<String> NOT_FOR_PIP =
      List.of("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_CONSTRAINT");

  /** A file lock is held by a whole JVM; its threads take turns at this. */
  private static final Object TURN = new Object();

  Environments {
    variables = Map.copyOf(variables);
  }

  /**
   * Gives the environment's Python.
   *
   * @throws PythonException if it cannot be made; the message says what to install
   */
  Path python(PythonPackages requirements, PythonListener listener) {
    Path target = root.resolve(requirements.key());
    if (isWhole(target)) {
      return python(target);
    }
    Path lock = root.resolve(requirements.key() + ".lock");
    synchronized (TURN) {
      try {
        Files.createDirectories(root);
        try (FileChannel channel =
                FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock held = channel.lock()) {
          if (!isWhole(target)) {
            fill(requirements, target, listener);
          }
          return python(target);
        }
      } catch (IOException e) {
        throw new PythonException(
            "the Python environment of '%s' cannot be made in '%s': %s; set OVKIT_CACHE_DIR to a writable folder"
                .formatted(requirements.name(), root, e.getMessage()),
            e);
      }
    }
  }

  private static Path python(Path environment) {
    return environment.resolve("bin/python");
  }

  /** The mark is written last; an interpreter that was taken away breaks the link to it. */
  private static boolean isWhole(Path environment) {
    return Files.exists(mark(environment)) && Files.isExecutable(python(environment));
  }

  private static Path mark(Path environment) {
    return environment.resolve("requirements.txt");
  }

  private void fill(PythonPackages requirements, Path target, PythonListener listener)
      throws IOException {
    Path interpreter = new Interpreters(variables).find(requirements);
    listener.progress(
        "making the Python environment of '%s' in %s (once; about %d MB)"
            .formatted(requirements.name(), target, requirements.megabytes()));
    String prefix = "." + requirements.key() + "-";
    sweep(prefix);
    Path filling = Temporary.folder(root, prefix);
    try {
      makeVenv(interpreter, filling, requirements);
      install(filling, requirements, listener);
      Files.writeString(mark(filling), requirements.text());
      if (Files.exists(target)) {
        Files.move(
            target,
            Files.createTempDirectory(root, prefix).resolve("broken"),
            StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(filling, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Temporary.forget(filling);
      sweep(prefix);
    }
  }

  private void makeVenv(Path interpreter, Path folder, PythonPackages requirements)
      throws IOException {
    Child venv =
        Child.run(
            List.of(interpreter.toString(), "-I", "-m", "venv", folder.toString()),
            root,
            forPip(),
            line -> {});
    if (venv.exitCode() != 0) {
      throw new PythonException(
          "%s cannot make the environment of '%s': its venv or pip is missing (%s); on Debian or Ubuntu: apt-get install python3-venv"
              .formatted(interpreter, requirements.name(), venv.lastLine()));
    }
  }

  private void install(Path folder, PythonPackages requirements, PythonListener listener)
      throws IOException {
    Path file = folder.resolve("wanted.txt");
    Files.writeString(file, requirements.text());
    Child pip =
        Child.run(
            List.of(
                python(folder).toString(),
                "-I",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--retries=2",
                "--disable-pip-version-check",
                "--require-hashes",
                "--no-deps",
                "--only-binary=:all:",
                "-r",
                file.toString()),
            root,
            forPip(),
            listener::log);
    if (pip.exitCode() != 0) {
      throw new PythonException(
          "pip cannot install the packages of '%s': %s; only the first use needs the network (set a proxy or an index in pip's own settings)"
              .formatted(requirements.name(), cause(pip)));
    }
    Files.delete(file);
  }

  /** pip ends with advice; its first error is the cause. */
  private static String cause(Child pip) {
    return pip.tail().stream()
        .filter(line -> line.startsWith("ERROR: "))
        .map(line -> line.substring("ERROR: ".length()))
        .findFirst()
        .orElse(pip.lastLine());
  }

  private Map<String, String> forPip() {
    Map<String, String> clean = new TreeMap<>(variables);
    clean.keySet().removeAll(NOT_FOR_PIP);
    return clean;
  }

  /**
   * Only the holder of the lock comes here, so a folder with this name was abandoned. If a pip
   * whose JVM was killed still writes there, the rest is left to the next sweep.
   */
  private void sweep(String prefix) throws IOException {
    try (Stream<Path> children = Files.list(root)) {
      for (Path child : children.toList()) {
        if (child.getFileName().toString().startsWith(prefix)) {
          try {
            Trees.delete(child);
          } catch (IOException | UncheckedIOException e) {
            // said above
          }
        }
      }
    }
  }
}
