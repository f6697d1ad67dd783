package dev.ovkit.python;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.nativelib.UserCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs Python tools, and makes the environment of each on first use in {@code python} below the
 * user's cache ({@code OVKIT_CACHE_DIR}, {@code XDG_CACHE_HOME/ovkit}, {@code ~/.cache/ovkit}).
 *
 * <p>A tool sees none of the user's settings: no telemetry, a home of its own that is gone
 * afterwards, no {@code PYTHON…} variable, no package but those pinned. Safe to use from several
 * threads and processes.
 */
public final class PythonTools {

  private final Environments environments;
  private final PythonListener listener;

  private PythonTools(Environments environments, PythonListener listener) {
    this.environments = environments;
    this.listener = listener;
  }

  /** Tools in the user's own cache. */
  public static PythonTools create(PythonListener listener) {
    Path cache =
        UserCache.directory()
            .orElseThrow(
                () ->
                    new PythonException(
                        "no folder for Python environments: HOME is not set; set OVKIT_CACHE_DIR to"
                            + " one"));
    return in(cache.resolve("python"), System.getenv(), listener);
  }

  /** Tools in another folder, as a process with these variables would run them. */
  static PythonTools in(Path root, Map<String, String> variables, PythonListener listener) {
    return new PythonTools(new Environments(root, variables), listener);
  }

  /**
   * Runs a tool in a folder and returns the object that it answered.
   *
   * <p>Exit codes of the tool's script: 0 done; 1 failed on this input, the last line of standard
   * error says why; 2 wrong usage, and the last line says why.
   *
   * @param folder the working directory
   * @throws ModelException if the tool cannot do it with this model
   * @throws OptionException if the tool does not take these arguments
   * @throws PythonException if there is no Python, no environment, or the tool broke down
   */
  public Map<String, Object> run(PythonTool tool, Path folder, List<String> arguments) {
    Path python = environments.python(tool.requirements(), listener);
    Child child;
    try {
      child = run(python, tool, folder.toAbsolutePath(), arguments);
    } catch (IOException e) {
      throw new PythonException("'%s' cannot be run: %s".formatted(tool.title(), e), e);
    }
    switch (child.exitCode()) {
      case 0:
        return answer(tool, child.out());
      case 1:
        throw new ModelException(child.lastLine());
      case 2:
        throw new OptionException(child.lastLine());
      default:
        throw new PythonException(
            "'%s' failed with exit code %d: %s"
                .formatted(tool.title(), child.exitCode(), child.lastLine()));
    }
  }

  private Child run(Path python, PythonTool tool, Path folder, List<String> arguments)
      throws IOException {
    Path own = Temporary.folder("ovkit-python-");
    try {
      Path script = tool.writeTo(own);
      List<String> command = new ArrayList<>();
      // -I: neither the working directory, where a mo.py may lie, nor PYTHONPATH is searched.
      command.addAll(List.of(python.toString(), "-I", script.toString()));
      command.addAll(arguments);
      return Child.run(command, folder, variables(own), listener::log);
    } finally {
      Trees.delete(own);
      Temporary.forget(own);
    }
  }

  /** {@code CI} is what OpenVINO's packages take for a wish not to be counted. */
  private Map<String, String> variables(Path home) {
    Map<String, String> own = new TreeMap<>();
    own.put("PATH", environments.variables().getOrDefault("PATH", "/usr/bin:/bin"));
    own.put("HOME", home.toString());
    own.put("TMPDIR", home.toString());
    own.put("CI", "true");
    own.put("LANG", "C.UTF-8");
    return own;
  }

  private static Map<String, Object> answer(PythonTool tool, String out) {
    try {
      return JsonFile.parse(out.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // said below
    }
    throw new PythonException(
        "'%s' answered something other than a JSON object: %s"
            .formatted(tool.title(), out.strip()));
  }
}
